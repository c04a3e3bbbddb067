import { type PlainSession, plainSession } from '@pixelrow/classifier'
import { createSession } from './load.ts'
import { loadRuntime, type RuntimeOptions } from './runtime.ts'
import { readModel } from './source.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it with tensors by name: what `verify` and `reducePrecision` of
 * @pixelrow/export take as `run`. Throws a `ClassifierError` as `load` does, but asks for no metadata.
 */
export async function open(
  source: string | URL | Uint8Array | Blob,
  options: RuntimeOptions = {},
): Promise<PlainSession> {
  const [file, runtime] = await Promise.all([readModel(source), loadRuntime(options)])
  const session = await createSession(runtime, file)
  return plainSession(
    session,
    ({ dataType, data, dims }) => new runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
