import { type Attempt, openRunner, type Runner, type Session, type TensorFactory } from '@pixelrow/classifier'
import type { Device, LoadOptions } from './options.ts'
import type { Plan } from './plan.ts'
import { type Build, loadRuntime, type Runtime } from './runtime.ts'
import { createSession, failureOf, starting } from './session.ts'
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

/** Opens a model on this thread; with the build for WASM where that for WebGPU is not to be had and WASM may be taken. */
export async function openHere(
  source: NamedSource,
  plan: Plan,
  options: LoadOptions,
  load: (build: Build) => Promise<Runtime>,
): Promise<Opened> {
  try {
    return await openWith(source, plan, options, load)
  } catch (error) {
    if (!plan.orWasm || options.signal?.aborted) throw error
    const attempts = [
      ...plan.attempts,
      { device: 'webgpu', error: error instanceof Error ? error.message : String(error) },
    ]
    return openWith(source, { device: 'wasm', build: 'wasm', orWasm: false, attempts }, options, load)
  }
}

async function openWith(
  source: NamedSource,
  plan: Plan,
  options: LoadOptions,
  load: (build: Build) => Promise<Runtime>,
): Promise<Opened> {
  const { signal, model: given, warmup } = options
  const [file, runtime] = await Promise.all([readModel(source, options), loadRuntime(plan.build, options, load)])
  signal?.throwIfAborted()
  const { session, place } = await starting(runtime, plan.build, options, async () => {
    if (plan.device === 'webgpu') return (await import('./gpu.ts')).openOnGpu(runtime, file, plan)
    const session = await createSession(runtime, file, 'wasm').catch(async (error: unknown) => {
      throw await failureOf(error, file)
    })
    return { session: session as Session, place: { device: 'wasm', attempts: plan.attempts } satisfies Place }
  })
  if (signal?.aborted) await session.release()
  signal?.throwIfAborted()
  const { name, bytes } = file
  const tensor: TensorFactory = (type, data, dims) => new runtime.Tensor(type as 'uint8', data as Uint8Array, dims)
  const runner = await openRunner({ session, tensor, model: { bytes, ...(given && { given }) }, name })
  if (warmup ?? plan.device === 'webgpu') {
    const { height, width, channels } = runner.model.shape
    await runner.run(new Uint8Array(height * width * channels), 1)
  }
  return { name, runner, place }
}
