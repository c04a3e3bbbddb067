import { mkdir, stat } from 'node:fs/promises'
import { elsewhere, fetchWheel, type WheelWish } from '../setup/pip.ts'
import { findPython, type Tool } from '../setup/python.ts'
import { requireSpace } from '../setup/space.ts'
import type { SetupProgress } from '../setup/types.ts'
import { folderSource } from './folder-source.ts'
import { type Kept, keepProvider } from './keep.ts'
import { wheelTags } from './machine.ts'
import type { ProviderSource, Wanted } from './source.ts'
import { wheelSource } from './wheel-source.ts'

/** How a provider that is not there is brought into the cache. */
export interface Bringing {
  cache: string
  wanted: Wanted
  /** Path of the wheel or the folder that has it; pip fetches the wheel where there is none. */
  from: string | undefined
  signal: AbortSignal | undefined
  onProgress: (progress: SetupProgress) => void
}

/** Bytes of the wheel and of what is taken out of it, of onnxruntime 1.30, with some room for a later one. */
const sizes = { wheel: 247_000_000, provider: 300_000_000 }

/** Fetches a provider, or takes it from where it was brought to, and puts it into the cache. What is missing for it is told before anything is fetched. */
export async function bringProvider({ cache, wanted, from, signal, onProgress }: Bringing): Promise<Kept> {
  const given = from === undefined ? undefined : await sourceAt(from, wanted)
  const python = given ? undefined : await findPip(wanted, signal)
  await requireSpace(cache, given ? given.bytes : sizes.wheel + sizes.provider)
  if (python) onProgress({ text: `Found ${python.version}` })
  let bytesInAll = given?.bytes
  const text = `Unpacking the CUDA provider of onnxruntime ${wanted.version}`
  return keepProvider({
    ...{ cache, wanted, signal },
    source: async (folder) => {
      const source =
        given ?? (await sourceAt(await fetched({ wanted, python: python!, folder, signal, onProgress }), wanted))
      bytesInAll = source.bytes
      onProgress({ text })
      return source
    },
    onBytes: (bytes) => onProgress({ text, bytes, totalBytes: bytesInAll ?? bytes }),
  })
}

async function sourceAt(path: string, wanted: Wanted): Promise<ProviderSource> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isFolder ? folderSource(path, wanted) : wheelSource(path, wanted)
}

/** Python's version for which there is a wheel of every version of onnxruntime that is known; the provider in it is the same for all. */
const wishFor = ({ version }: Wanted): WheelWish => ({
  ...{ name: 'onnxruntime-gpu', version, python: '3.12', platforms: wheelTags.platforms },
})

const findPip = (wanted: Wanted, signal: AbortSignal | undefined): Promise<Tool> =>
  findPython({ wheel: "onnxruntime-gpu's wheel", elsewhere: elsewhere(wishFor(wanted)), signal })

async function fetched({
  wanted,
  python,
  folder,
  signal,
  onProgress,
}: Omit<Bringing, 'cache' | 'from'> & { python: Tool; folder: string }): Promise<string> {
  const text = `Downloading onnxruntime-gpu ${wanted.version}`
  const totalBytes = sizes.wheel
  onProgress({ text: `${text} (about ${Math.round(totalBytes / 1e6)} MB) with pip` })
  await mkdir(folder)
  const onBytes = (bytes: number) => onProgress({ text, bytes: Math.min(bytes, totalBytes), totalBytes })
  return fetchWheel({ wish: wishFor(wanted), python, folder, signal, onBytes })
}
