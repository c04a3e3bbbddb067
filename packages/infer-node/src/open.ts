import { availableParallelism } from 'node:os'
import type { PlainSession } from '@pixelrow/classifier'
import { isolates } from '@pixelrow/worker'
import { checkDevice } from './device.ts'
import { openPlainInWorker } from './in-worker.ts'
import type { LoadOptions } from './load.ts'
import { openPlain } from './opened.ts'
import { findRuntimes } from './runtime.ts'
import { type ModelSource, readModel } from './source.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it with tensors by name: what `verify` and `reducePrecision` of @pixelrow/export take as `run`.
 * It runs on this thread, and in a process of its own where it is isolated, as by default inside a worker thread. Throws a `ClassifierError` as
 * `load` does, but asks for no metadata.
 */
export async function open(
  source: ModelSource,
  {
    device = 'cpu',
    threads = availableParallelism(),
    isolate,
  }: Pick<LoadOptions, 'device' | 'threads' | 'isolate'> = {},
): Promise<PlainSession> {
  const job = {
    ...(await readModel(source)),
    device: checkDevice(device),
    threads,
    runtimes: findRuntimes(),
    isolate: isolates(isolate),
  }
  return job.isolate ? openPlainInWorker(job) : openPlain(job)
}
