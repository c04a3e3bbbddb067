import { join } from 'node:path'
import { cacheFolder } from '@pixelrow/files'
import { below, namesIn } from '../findings/files.ts'
import { findLibrary, libraryFinder, libraryIn } from '../findings/libraries.ts'
import { sitePackages } from '../findings/python.ts'
import { check, placeRules } from '../options.ts'
import { type WantedLibrary, wantedLibraries } from './libraries.ts'
import type { Provider } from './provider.ts'
import type { PlaceOptions } from './types.ts'

/** A library of NVIDIA's as it is here. */
export interface NvidiaLibrary extends WantedLibrary {
  /** Absolute path; undefined if it was not found. */
  path?: string
  /** How it was found: the system's loader finds it by itself, or must be led to it (`preload`). */
  by?: 'loader' | 'driver' | 'pixelrow' | 'python' | 'conda' | 'toolkit'
}

/** The version of CUDA of the wheels that a set-up takes: from onnxruntime 1.27 on. */
export const usualCuda = 13

/**
 * Looks for the libraries of NVIDIA that a provider wants, in the order in which they must be loaded: where the system's loader looks, in the
 * cache, among Python's packages (`nvidia/…/lib`), in conda's folder and in the toolkits under `/usr/local`. Nothing is loaded or run. Without
 * a provider they are those that one for CUDA 13 wants.
 */
export function findNvidia(provider?: Provider, options: PlaceOptions = {}): NvidiaLibrary[] {
  check('findNvidia', options, placeRules)
  const { cache = cacheFolder(), root = '/' } = options
  const cuda = provider?.cuda ?? usualCuda
  const wanted = wantedLibraries(cuda, provider?.needed)
  const places = placesOf(cache, root)
  const byLoader = libraryFinder(root)
  return wanted.map((one): NvidiaLibrary => {
    const path = byLoader(one.library)
    if (path) return { ...one, path, by: 'loader' }
    for (const { by, folders } of places) {
      const found = libraryIn(folders(), one.library)
      if (found) return { ...one, path: found, by }
    }
    return one
  })
}

interface Place {
  by: NonNullable<NvidiaLibrary['by']>
  folders: () => string[]
}

/** Places in the order of preference; folders are read once, and only if a library was not found before them. */
function placesOf(cache: string, root: string): Place[] {
  const places: Place[] = [
    { by: 'driver', folders: () => driverFolders.map((folder) => below(root, folder)) },
    { by: 'pixelrow', folders: () => librariesUnder([nvidiaTarget(cache)]) },
    { by: 'python', folders: () => librariesUnder(sitePackages()) },
    { by: 'conda', folders: condaFolders },
    { by: 'toolkit', folders: () => toolkitFolders(root) },
  ]
  return places.map(({ by, folders }) => ({ by, folders: once(folders) }))
}

/** Where the packages lie that a set-up advises to install for itself. */
export const nvidiaTarget = (cache: string): string => join(cache, 'cuda', 'nvidia')

/** Where containers and some systems have the driver's libraries. */
const driverFolders = ['/usr/lib/wsl/lib', '/usr/local/nvidia/lib64', '/run/opengl-driver/lib']

/** `nvidia/cublas/lib` of each package up to CUDA 12, `nvidia/cu13/lib` of most from CUDA 13 on. */
function librariesUnder(sitePackages: readonly string[]): string[] {
  return sitePackages.flatMap((folder) => newestIn(join(folder, 'nvidia')).map((home) => join(home, 'lib')))
}

function condaFolders(): string[] {
  const { CONDA_PREFIX } = process.env
  return CONDA_PREFIX ? librariesOf(CONDA_PREFIX) : []
}

function toolkitFolders(root: string): string[] {
  const { CUDA_HOME, CUDA_PATH } = process.env
  const installed = newestIn(below(root, '/usr/local')).filter((path) => /\/cuda[^/]*$/.test(path))
  return [CUDA_HOME, CUDA_PATH, ...installed, below(root, '/opt/cuda')].flatMap((home) =>
    home ? librariesOf(home) : [],
  )
}

function librariesOf(home: string): string[] {
  return ['lib64', 'lib', 'targets/x86_64-linux/lib'].map((name) => join(home, name))
}

/** What is in a folder, the newest version first. */
function newestIn(folder: string): string[] {
  const names = namesIn(folder).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return names.map((name) => join(folder, name))
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The Vulkan loader, which WebGPU opens by its name: where it is, and whether the system's loader finds it by itself. */
export function findVulkanLoader(
  options: PlaceOptions = {},
): { path: string; by: 'loader' | 'conda' | 'sdk' } | undefined {
  check('findVulkanLoader', options, placeRules)
  const library = 'libvulkan.so.1'
  const path = findLibrary(library, options.root ?? '/')
  if (path) return { path, by: 'loader' }
  const { VULKAN_SDK } = process.env
  const sdk = VULKAN_SDK && libraryIn(librariesOf(VULKAN_SDK), library)
  if (sdk) return { path: sdk, by: 'sdk' }
  const conda = libraryIn(condaFolders(), library)
  return conda ? { path: conda, by: 'conda' } : undefined
}
