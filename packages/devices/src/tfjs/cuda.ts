import { existsSync, readdirSync } from 'node:fs'
import { lstat, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findLibrary, foldersIn, libraryIn } from '../findings/libraries.ts'
import { runTool } from '../tool.ts'
import { tfjsNodeIn } from './compile.ts'
import type { CudaBuild } from './wheel.ts'

/** One library that TensorFlow opens when it looks for a GPU. */
export interface CudaLibrary {
  /** Its name, such as `libcudnn.so.9`. */
  library: string
  /** NVIDIA's package on PyPI that has it, with the versions that fit; the driver's library comes with the driver alone. */
  package?: string
  /** Where it was found; not there if it was not. */
  path?: string
}

/** CUDA, as TensorFlow wants it and as it is here. */
export interface CudaHere extends Pick<CudaBuild, 'cuda' | 'cudnn'> {
  libraries: CudaLibrary[]
  /** A folder for NVIDIA's packages of this build alone (`pip install --target`); not there where it uses those of a Python. */
  target?: string
}

/** The library in each of NVIDIA's packages that stands for it. The compiler's package has none that TensorFlow opens. */
const libraryOf: Record<string, string> = {
  'nvidia-cublas-cu12': 'libcublas.so.12',
  'nvidia-cuda-cupti-cu12': 'libcupti.so.12',
  'nvidia-cuda-nvrtc-cu12': 'libnvrtc.so.12',
  'nvidia-cuda-runtime-cu12': 'libcudart.so.12',
  'nvidia-cudnn-cu12': 'libcudnn.so.9',
  'nvidia-cufft-cu12': 'libcufft.so.11',
  'nvidia-curand-cu12': 'libcurand.so.10',
  'nvidia-cusolver-cu12': 'libcusolver.so.11',
  'nvidia-cusparse-cu12': 'libcusparse.so.12',
  'nvidia-nccl-cu12': 'libnccl.so.2',
  'nvidia-nvjitlink-cu12': 'libnvJitLink.so.12',
}

/** The driver's library. */
const driver = 'libcuda.so.1'

/** Where TensorFlow's libraries look for NVIDIA's packages, `cudnn/lib` and so on, as they lie in Python's site-packages. */
const nvidiaIn = (build: string): string => join(tfjsNodeIn(build), 'deps/nvidia')

/**
 * Looks for the libraries that a wheel names and for the driver's, where TensorFlow will: `LD_LIBRARY_PATH`, NVIDIA's packages in the build or
 * else among Python's, to which the build is led, and ldconfig's cache.
 */
export async function findCuda(
  build: string,
  { packages }: CudaBuild,
  signal: AbortSignal | undefined,
): Promise<Omit<CudaHere, 'cuda' | 'cudnn'>> {
  const isPythons = await leadToPython(nvidiaIn(build), signal)
  const folders = foldersIn(process.env.LD_LIBRARY_PATH)
  folders.push(...namesIn(nvidiaIn(build)).map((name) => join(nvidiaIn(build), name, 'lib')))
  const wanted = packages.flatMap((name): CudaLibrary[] => {
    const library = libraryOf[/^[\w-]+/.exec(name)![0]]
    return library ? [{ library, package: name }] : []
  })
  const libraries = [{ library: driver }, ...wanted].map((one): CudaLibrary => {
    const path = libraryIn(folders, one.library) ?? findLibrary(one.library, '/')
    return { ...one, ...(path && { path }) }
  })
  return { libraries, ...(!isPythons && { target: dirname(nvidiaIn(build)) }) }
}

/** Links NVIDIA's packages of the Python that is first on the PATH (or in `$PYTHON`), unless there are some in the build; whether it did. */
async function leadToPython(link: string, signal: AbortSignal | undefined): Promise<boolean> {
  const there = await lstat(link).catch(() => undefined)
  if (there && !there.isSymbolicLink()) return false
  const script = 'import nvidia; print(list(nvidia.__path__)[0])'
  const ended = await runTool(process.env.PYTHON ?? 'python3', ['-c', script], { signal })
  await rm(link, { force: true })
  const folder = ended?.code === 0 ? ended.stdout.trim() : ''
  if (folder) await symlink(folder, link)
  return folder !== ''
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
