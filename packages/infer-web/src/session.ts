import type { InferenceSession } from 'onnxruntime-web/wasm'
import type { Device, LoadOptions } from './options.ts'
import type { Build, Runtime } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** Makes a session on one device: onnxruntime-web's own list of devices falls back without a word. Rejects with its error. */
export async function createSession(runtime: Runtime, { bytes }: ModelFile, device: Device): Promise<InferenceSession> {
  return runtime.InferenceSession.create(bytes, { executionProviders: [device] })
}

/** Runs what starts onnxruntime-web; its `.wasm` file is reported and kept as the options say. */
export async function starting<T>(
  runtime: Runtime,
  build: Build,
  options: LoadOptions,
  start: () => Promise<T>,
): Promise<T> {
  if (!options.cache && !options.onProgress) return start()
  return (await import('./files.ts')).withWasmFile(runtime, build, options, start)
}

/** The sentence for an error of `createSession`; it is loaded when there is one. */
export async function failureOf(error: unknown, { bytes, name }: ModelFile): Promise<Error> {
  const { explainFailure } = await import('./failure.ts')
  return explainFailure(error, bytes, name)
}
