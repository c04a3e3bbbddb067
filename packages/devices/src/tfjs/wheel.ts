import { extractZip, readZip, type Zip } from '@pixelrow/files'
import { SetupError } from '../error.ts'
import { textIn, type WheelSays, wheelSays } from '../setup/wheel.ts'
import { tensorflow } from './pinned.ts'
import type { TfjsKind } from './types.ts'

/** A wheel of TensorFlow, as what it says of itself. */
export interface Wheel {
  file: string
  kind: TfjsKind
  /** TensorFlow's version. */
  version: string
  /** What it was built for; not there for the CPU. */
  cuda?: CudaBuild
}

/** What a wheel with CUDA wants. */
export interface CudaBuild {
  /** CUDA's version that it was built with, such as `12.5.1`. */
  cuda: string
  cudnn: string
  /** NVIDIA's packages on PyPI with the versions that fit, such as `nvidia-cudnn-cu12<10.0,>=9.3.0.75`. */
  packages: string[]
}

/** The two libraries, as members of a wheel. */
export const libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'] as const

const includes = 'tensorflow/include/'

/** Reads what a wheel is; throws where it is none of TensorFlow for this machine. */
export async function readWheel(file: string): Promise<Wheel> {
  const zip = await readZip(file)
  try {
    const says = await wheelSays(zip)
    if (!/^tensorflow([_-]cpu)?$/.test(says.name))
      throw notSuch(file, says.name ? `the wheel of ${says.name}` : 'a zip that is no wheel')
    return await describe(zip, says)
  } finally {
    await zip.close()
  }
}

async function describe(zip: Zip, { version, tag, metadata }: WheelSays): Promise<Wheel> {
  const [found] = libraries.filter((name) => !zip.entry(name))
  if (!/linux.*x86_64$/.test(tag)) throw notSuch(zip.name, `one for ${tag || 'an unknown machine'}`)
  if (!/^\d+(\.\d+)+$/.test(version)) throw notSuch(zip.name, `the pre-release ${version}`)
  if (found) throw notSuch(zip.name, `one without ${found}`)
  const about = await textIn(zip, buildInfo)
  if (!/'is_cuda_build', True/.test(about)) return { file: zip.name, kind: 'cpu', version }
  const said = (key: string) => new RegExp(`'${key}', '([^']*)'`).exec(about)?.[1] ?? 'unknown'
  const packages = [...metadata.matchAll(/^Requires-Dist: (nvidia-[^;\s]+)/gm)].map(([, name]) => name!)
  return {
    file: zip.name,
    kind: 'gpu',
    version,
    cuda: { cuda: said('cuda_version'), cudnn: said('cudnn_version'), packages },
  }
}

const buildInfo = 'tensorflow/python/platform/build_info.py'

function notSuch(file: string, found: string): SetupError {
  return new SetupError(`${file}: expected TensorFlow's wheel for Linux on x64, found ${found}`, {
    code: 'DEVICES_WHEEL_OTHER',
    params: { expected: "TensorFlow's wheel for Linux on x64", found },
    advice: `Its name is like tensorflow_cpu-${tensorflow}-cp312-cp312-manylinux_2_27_x86_64.whl.`,
    file,
  })
}

/** What is taken out of a wheel. */
export interface Unpacking {
  /** Sources whose headers are needed. */
  sources: readonly string[]
  folder: string
  signal: AbortSignal | undefined
  onBytes: (bytes: number, totalBytes: number) => void
}

/** Unpacks the two libraries and, of 13,000 headers, those that the sources include by way of each other. */
export async function unpackWheel(file: string, { sources, folder, signal, onBytes }: Unpacking): Promise<void> {
  const headers = await headersFor(file, sources)
  const wanted = new Set<string>([...libraries, ...headers])
  await extractZip(file, folder, {
    filter: ({ name }) => wanted.has(name),
    ...(signal && { signal }),
    onProgress: ({ bytes, totalBytes }) => onBytes(bytes, totalBytes),
  })
}

async function headersFor(file: string, sources: readonly string[]): Promise<Set<string>> {
  const zip = await readZip(file)
  try {
    const found = new Set<string>()
    const queue = [...sources]
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      for (const [, path] of source.matchAll(/^\s*#\s*include\s*["<]([^">]+)[">]/gm)) {
        const name = `${includes}${path}`
        if (found.has(name) || !zip.entry(name)) continue
        found.add(name)
        queue.push(await textIn(zip, name))
      }
    }
    return found
  } finally {
    await zip.close()
  }
}
