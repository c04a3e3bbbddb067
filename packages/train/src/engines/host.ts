import { librariesFor } from '@pixelrow/devices/preload'
import { explainSearch, findRuntime } from '@pixelrow/runtime/find'
import { type Host, startHost } from '@pixelrow/worker'
import type { Installed, NativeConflict } from '@pixelrow/worker/inside'
import { TrainError } from '../error.ts'
import type { CompileOptions } from '../types.ts'
import source from './onnxruntime.worker.ts?source'

/** With 0 NVIDIA's libraries see all bits of a float32, as onnxruntime-node has no option for that. */
export const TF32_OVERRIDE = 'NVIDIA_TF32_OVERRIDE'

/** Starts the worker that has onnxruntime. For another provider than the CPU's it is a process: a driver's crash ends that process alone. */
export function openHost(provider: string, { precision }: Pick<CompileOptions, 'precision'> = {}): Host {
  const runtime = resolveRuntime()
  const libraries = provider === 'cuda' || provider === 'webgpu' ? librariesFor(provider, { runtime }) : []
  // onnxruntime reports its use by default. A worker's environment is a copy, so this must happen here, before it starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  return startHost(source, {
    name: 'pixelrow-train',
    data: { runtime, libraries },
    ...(provider !== 'cpu' && { isolate: true }),
    ...(provider === 'cuda' && precision === 'fp32' && { env: { [TF32_OVERRIDE]: '0' } }),
    // What comes and goes with a chunk is small; a large nursery would only let it pile up.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
}

/** Does something in a worker that ends with it. */
export async function withHost<T>(work: (host: Host) => Promise<T>): Promise<T> {
  const host = openHost('cpu')
  const result = await closingOnError(host, () => work(host))
  await host.close()
  return result
}

/** Ends the worker where the work fails. */
export async function closingOnError<T>(host: Host, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await host.close()
    throw isConflict(error) ? conflictError(error) : error
  }
}

/** What the worker throws where another version of onnxruntime was in the process first. */
export const isConflict = (error: unknown): error is NativeConflict =>
  typeof error === 'object' && error !== null && 'wanted' in error && 'loaded' in error

function conflictError({ wanted, loaded }: NativeConflict): TrainError {
  const named = ({ version, path }: Installed) => `${version === undefined ? '' : `${version}, `}from ${path}`
  const message =
    `Training needs onnxruntime-node ${named(wanted)}, and this process has already loaded onnxruntime ${loaded.map(named).join(' and ')}: ` +
    'it can have one version. Bring all who use it to one (npm ls onnxruntime-node shows them, "overrides" in package.json sets it).'
  return new TrainError({ code: 'TRAIN_RUNTIME_CONFLICT', params: { wanted, loaded }, message })
}

/** The path of onnxruntime's module; throws where there is none that can train. */
export function resolveRuntime(): string {
  const search = findRuntime()
  if (search.found?.kind === 'native') return search.found.entry
  const reason = search.found
    ? `onnxruntime has no binary for ${process.platform}-${process.arch}, and its WebAssembly (${search.found.name}) only infers`
    : `onnxruntime is not there: ${explainSearch(search)}. Install it again: npm i @pixelrow/train`
  const message = `Training needs onnxruntime's native library. ${reason}`
  throw new TrainError({ code: 'TRAIN_ENGINE_UNAVAILABLE', params: { engine: 'onnxruntime' }, message })
}

/** The version of the onnxruntime that would train. */
export const onnxruntimeVersion = (): string | undefined => findRuntime().found?.version
