import { availableParallelism } from 'node:os'
import { type PlainSession, plainSession } from '@pixelrow/classifier'
import { candidates, openSession } from './device.ts'
import type { LoadOptions } from './load.ts'
import { loadRuntime } from './runtime.ts'
import { readModel } from './source.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it with tensors by name: what `verify` and `reducePrecision` of
 * @pixelrow/export take as `run`. It runs on this thread. Throws a `ClassifierError` as `load` does, but asks for no
 * metadata.
 */
export async function open(source: string | URL | Uint8Array, options: LoadOptions = {}): Promise<PlainSession> {
  const { device = 'cpu', threads = availableParallelism() } = options
  const [file, runtime] = [await readModel(source), await loadRuntime()]
  const { session } = await openSession(runtime, file, candidates(device), threads)
  return plainSession(
    session,
    ({ dataType, data, dims }) => new runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
