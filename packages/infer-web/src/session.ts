import type { InferenceSession } from 'onnxruntime-web/wasm'
import type { Runtime } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** Makes a session on WASM. What onnxruntime-web says where it cannot is put into a sentence, which is loaded then. */
export async function wasmSession(runtime: Runtime, { bytes, name }: ModelFile): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, { executionProviders: ['wasm'] })
  } catch (error) {
    throw await (await import('./failure.ts')).explainFailure(error, bytes, name)
  }
}
