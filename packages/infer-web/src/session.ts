import type { InferenceSession } from 'onnxruntime-web/wasm'
import type { Loaded } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** Makes a session on WASM. What onnxruntime-web says where it cannot is put into a sentence, which is loaded then. */
export async function wasmSession({ create }: Loaded, { bytes, name }: ModelFile): Promise<InferenceSession> {
  try {
    return await create(bytes, 'wasm')
  } catch (error) {
    throw await (await import('./failure.ts')).explainFailure(error, bytes, name)
  }
}
