import { type Attempt, openRunner, type Runner, type Session, type TensorFactory } from '@pixelrow/classifier'
import type { Builds } from './builds.ts'
import type { Device, LoadOptions } from './options.ts'
import type { Plan } from './plan.ts'
import { type Loaded, loadRuntime } from './runtime.ts'
import { wasmSession } from './session.ts'
import { type ModelFile, type NamedSource, readModel } from './source.ts'

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

/** What `gpu.ts` needs of this module. An import from there would make bundlers cut off what the two share, and a page would load one file more. */
export interface Openers {
  openWith: typeof openWith
  openOnWasm: typeof openOnWasm
  wasmSession: typeof wasmSession
}

/** Opens a model on this thread. What WebGPU needs is loaded where it is used. */
export async function openHere(opening: Opening): Promise<Opened> {
  if (opening.plan.device === 'wasm') return openOnWasm(opening)
  return (await import('./gpu.ts')).openOnGpu(opening, { openWith, openOnWasm, wasmSession })
}

function openOnWasm(opening: Opening): Promise<Opened> {
  const { attempts } = opening.plan
  return openWith(opening, async (loaded, file) => ({
    session: (await wasmSession(loaded, file)) as Session,
    place: { device: 'wasm', attempts },
  }))
}

/** Fetches what a model needs and opens it with a session. */
async function openWith(
  { source, plan, options, builds }: Opening,
  start: (loaded: Loaded, file: ModelFile) => Promise<{ session: Session; place: Place }>,
): Promise<Opened> {
  const { signal, model: given, warmup, cache, onProgress } = options
  const files = cache || onProgress ? await import('./files.ts') : undefined
  const [file, loaded] = await Promise.all([
    readModel(source, options, files),
    loadRuntime(plan.build, options, builds),
  ])
  signal?.throwIfAborted()
  const { name, bytes } = file
  const { runtime } = loaded
  const begin = () => start(loaded, file)
  let { session, place } = await (files ? files.withWasmFile(runtime, plan.build, options, begin) : begin())
  if (signal?.aborted) await session.release()
  signal?.throwIfAborted()
  const tensor: TensorFactory = (type, data, dims) => new runtime.Tensor(type as 'uint8', data as Uint8Array, dims)
  const reopen = async (changed: Uint8Array) => {
    ;({ session, place } = await start(loaded, { name, bytes: changed }))
    return session
  }
  const runner = await openRunner({ session, tensor, model: { bytes, ...(given && { given }) }, name, reopen })
  if (warmup ?? plan.device === 'webgpu') await (await import('./warmup.ts')).warmUp(runner)
  return { name, runner, place }
}
