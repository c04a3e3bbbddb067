import { availableParallelism } from 'node:os'
import { type PlainSession, plainSession } from '@pixelrow/classifier'
import { checkDevice, openSession } from './device.ts'
import type { LoadOptions } from './load.ts'
import { findRuntimes } from './runtime.ts'
import { type ModelSource, readModel } from './source.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it with tensors by name: what `verify` and `reducePrecision` of
 * @pixelrow/export take as `run`. It runs on this thread. Throws a `ClassifierError` as `load` does, but asks for no
 * metadata.
 */
export async function open(
  source: ModelSource,
  { device = 'cpu', threads = availableParallelism() }: Pick<LoadOptions, 'device' | 'threads'> = {},
): Promise<PlainSession> {
  const checked = checkDevice(device)
  const { session, runtime } = await openSession(findRuntimes(), await readModel(source), { device: checked, threads })
  return plainSession(
    session,
    ({ dataType, data, dims }) => new runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
