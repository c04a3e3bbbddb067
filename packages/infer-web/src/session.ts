import {
  type Attempt,
  imageSize,
  openRunner,
  type Runner,
  type Session,
  type TensorFactory,
} from '@pixelrow/classifier'
import type { InferenceSession } from 'onnxruntime-web/wasm'
import type { Builds, Plan } from './builds.ts'
import type { ModelFile } from './model-file.ts'
import type { Device, LoadOptions } from './options.ts'
import { type Loaded, loadRuntime } from './runtime.ts'
import { type NamedSource, readModel } from './source.ts'

/** Where a model runs; on WebGPU that may change. */
export interface Place {
  readonly device: Device
  readonly attempts: readonly Attempt[]
}

/** A model that is open, and where. */
export interface Opened {
  name: string
  runner: Runner
  place: Place
}

/** What a model is opened with. */
export interface Opening {
  source: NamedSource
  plan: Plan
  options: LoadOptions
  builds: Builds
}

/** Opens a model on WASM. */
export function openOnWasm(opening: Opening): Promise<Opened> {
  const { attempts } = opening.plan
  return openWith(opening, async (loaded, file) => ({
    session: (await wasmSession(loaded, file)) as Session,
    place: { device: 'wasm', attempts },
  }))
}

/** Fetches what a model needs and opens it with a session. */
export async function openWith(
  { source, plan, options, builds }: Opening,
  start: (loaded: Loaded, file: ModelFile) => Promise<{ session: Session; place: Place }>,
): Promise<Opened> {
  const { signal, model: given, warmup, cache, onProgress } = options
  const files = cache || onProgress ? await import('./lazy/cache.ts') : undefined
  const [first, loaded] = await Promise.all([
    readModel(source, options, files),
    loadRuntime(plan.build, options, builds),
  ])
  const { runtime } = loaded
  const tensor: TensorFactory = (type, data, dims) => new runtime.Tensor(type as 'uint8', data as Uint8Array, dims)
  const openFile = async (file: ModelFile): Promise<Opened> => {
    signal?.throwIfAborted()
    const { name, bytes } = file
    let { session, place } = await start(loaded, file)
    if (signal?.aborted) await session.release()
    signal?.throwIfAborted()
    const reopen = async (changed: Uint8Array) => {
      ;({ session, place } = await start(loaded, { name, bytes: changed }))
      return session
    }
    const runner = await openRunner({ session, tensor, model: { bytes, ...(given && { given }) }, name, reopen })
    if (warmup ?? plan.device === 'webgpu') await warmUp(runner)
    return { name, runner, place }
  }
  return files ? files.openKept(first, openFile) : openFile(first)
}

/** Makes a session on WASM. What onnxruntime-web says where it cannot is put into a sentence, which is loaded then. */
export async function wasmSession({ create }: Loaded, { bytes, name }: ModelFile): Promise<InferenceSession> {
  try {
    return await create(bytes, 'wasm')
  } catch (error) {
    throw await (await import('./lazy/sentences.ts')).explainFailure(error, bytes, name)
  }
}

/** A first run, which is slower than those after it. */
async function warmUp(runner: Runner): Promise<void> {
  await runner.run(new Uint8Array(imageSize(runner.model)), 1)
}
