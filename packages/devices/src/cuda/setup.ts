import { dirname, resolve } from 'node:path'
import { cacheFolder } from '@pixelrow/files'
import { SetupError } from '../error.ts'
import type { Trial } from '../findings/types.ts'
import { check, setupCudaRules } from '../options.ts'
import { tryDevice } from '../trial/trial.ts'
import { commitOf } from './commit.ts'
import { hasCodeFor, type Targets } from './fatbin.ts'
import { bringProvider } from './fetch.ts'
import { type NvidiaGpu, nvidiaGpus } from './gpus.ts'
import { type Kept, keptProvider } from './keep.ts'
import { besides, place, requireFree } from './link.ts'
import { requireMachine } from './machine.ts'
import { findNvidia, type NvidiaLibrary } from './nvidia.ts'
import { pipCommand } from './pip.ts'
import { preloaded } from './preload.ts'
import { type Provider, type ProviderOwner, providerOf } from './provider.ts'
import { type OnnxRuntime, runtimeAt } from './runtime.ts'
import type { Wanted } from './source.ts'
import type { SetupCudaOptions } from './types.ts'

/** A GPU, and whether the provider has code for it. */
export interface CudaGpu extends NvidiaGpu {
  hasCode: boolean
}

/** What is set up, and what is here of what it needs. */
export interface CudaSetup {
  /** onnxruntime's version and commit, of onnxruntime-node and of the provider. */
  version: string
  commit: string
  /** Whose the provider is: of this set-up, or of onnxruntime-node's own install script, which was kept. */
  owner: Exclude<ProviderOwner, 'other'>
  /** CUDA's version that it was built with: `13.0`; of onnxruntime-node's own the major number alone. */
  cuda: string
  /** The GPUs that it has code for. */
  targets: Targets
  /** Absolute path of the folder that its files are in. */
  folder: string
  /** It was in the cache, and nothing had to be fetched. */
  wasThere: boolean
  /** Absolute paths of the files that were placed beside onnxruntime-node; none if they were in place. */
  placed: string[]
  /** NVIDIA's libraries that it loads, in their order, each with its path if it is here. */
  libraries: NvidiaLibrary[]
  /** The command that brings those which are missing for any model, and the one that brings cuDNN as well; not there where nothing is missing. */
  install: Partial<Record<NvidiaLibrary['neededFor'], string>>
  /** The GPUs that the driver tells; none without it. */
  gpus: CudaGpu[]
  /** Whether a session on CUDA was made in a process of its own and computed rightly. */
  works: boolean
  /** Why not, in the words of what failed; without its full stop. */
  reason?: string
  trial?: Trial
}

/**
 * Places the CUDA provider of exactly the build of an onnxruntime-node beside it: fetched with the user's pip out of PyPI's onnxruntime-gpu, or
 * taken `from` a wheel or a folder, kept in the cache and linked. What onnxruntime-node's own script has placed is kept if it fits. Then names the
 * libraries of NVIDIA that are missing and the GPUs without code, and tries a session in a process of its own, whose failure is no error. Throws a
 * SetupError that says what is missing or another one than needed, an error of @pixelrow/files where a file cannot be read or written, and
 * the signal's reason; then nothing is left that was not there.
 */
export async function setupCuda(options: SetupCudaOptions): Promise<CudaSetup> {
  check('setupCuda', options, setupCudaRules)
  const { from, signal, onProgress = () => {} } = options
  const cache = resolve(options.cache ?? cacheFolder())
  signal?.throwIfAborted()
  requireMachine()
  const runtime = runtimeAt(options.runtime)
  const wanted: Wanted = { version: runtime.version, commit: commitFor(runtime) }
  const there = providerOf(runtime, { cache })
  if (there?.owner === 'onnxruntime-node' && there.fits && from === undefined)
    return tell({ ...options, cache, runtime, wanted })
  requireFree(besides(runtime, cache), runtime, describe(there))
  const found = await keptProvider(cache, wanted, signal)
  if (found) onProgress({ text: `The provider of onnxruntime ${runtime.version} is in the cache already` })
  const kept = found ?? (await bringProvider({ cache, wanted, from, signal, onProgress }))
  signal?.throwIfAborted()
  const placed = await place(kept, runtime)
  return tell({ ...options, cache, runtime, wanted, kept, placed, wasThere: found !== undefined })
}

function commitFor({ library }: OnnxRuntime): string {
  const commit = commitOf(library)
  if (commit) return commit
  const [expected, found] = ['the commit that it was built from', 'none']
  throw new SetupError(`${library}: expected ${expected} in it, found ${found}`, {
    code: 'DEVICES_RUNTIME_MISSING',
    params: { expected, found },
    advice: 'Install it again: npm i @pixelrow/runtime.',
    file: library,
  })
}

function describe(provider: Provider | undefined): string {
  const { version, cuda } = provider ?? {}
  return `one of ${version === undefined ? 'an unknown version' : `version ${version}`}${cuda ? ` for CUDA ${cuda}` : ''}`
}

interface Told extends Omit<SetupCudaOptions, 'runtime'> {
  cache: string
  runtime: OnnxRuntime
  wanted: Wanted
  /** Not there where what is beside the runtime was kept. */
  kept?: Kept
  placed?: string[]
  wasThere?: boolean
}

async function tell({
  cache,
  runtime,
  wanted,
  kept,
  placed = [],
  wasThere = true,
  signal,
  onProgress,
}: Told): Promise<CudaSetup> {
  const provider = providerOf(runtime, { cache })
  const targets = provider?.targets ?? { sass: [], ptx: [] }
  const libraries = findNvidia(provider, { cache })
  const gpus = (await nvidiaGpus({ signal })).map((gpu) => ({ ...gpu, hasCode: hasCodeFor(targets, gpu.capability) }))
  onProgress?.({ text: 'Trying it in a process of its own' })
  const { finding, trial } = await tryDevice({
    ...{ device: 'cuda', runtime: runtime.entry, libraries: preloaded(libraries) },
    ...{ root: '/', seconds: 120, signal },
  })
  return {
    ...{ version: wanted.version, commit: wanted.commit, targets, wasThere, placed, libraries, gpus },
    owner: kept ? 'pixelrow' : 'onnxruntime-node',
    cuda: kept?.manifest.cuda ?? String(provider?.cuda),
    folder: kept?.folder ?? dirname(runtime.library),
    install: commands(libraries, cache),
    works: finding.ok,
    ...(finding.reason !== undefined && { reason: finding.reason }),
    ...(trial && { trial }),
  }
}

function commands(libraries: readonly NvidiaLibrary[], cache: string): CudaSetup['install'] {
  const missing = libraries.filter((one) => one.package && !one.path)
  const needed = missing.filter(({ neededFor }) => neededFor === 'everything')
  return {
    ...(needed.length > 0 && { everything: pipCommand(needed, libraries, cache) }),
    ...(missing.length > needed.length && { convolutions: pipCommand(missing, libraries, cache) }),
  }
}
