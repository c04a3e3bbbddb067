import { availableParallelism } from 'node:os'
import type { PlainSession } from '@pixelrow/classifier'
import { isolates } from '@pixelrow/worker'
import { asked } from './device.ts'
import { openPlainInWorker } from './in-worker.ts'
import { openPlain } from './opened.ts'
import { checkOpenOptions } from './rules.ts'
import { findRuntimes } from './runtime.ts'
import { type ModelSource, readModel } from './source.ts'
import type { OpenOptions } from './types.ts'

/**
 * Opens any ONNX file, a classifier or not, to run it with tensors by name: what `verify` and `reducePrecision` of @pixelrow/export take as `run`.
 * It runs on this thread, by default on the CPU, and in a process of its own where it is isolated, as by default inside a worker thread. Throws a
 * `ClassifierError` as `load` does, but asks for no metadata.
 */
export async function open(source: ModelSource, options: OpenOptions = {}): Promise<PlainSession> {
  checkOpenOptions(options)
  const { device = 'cpu', threads = availableParallelism(), isolate } = options
  const job = {
    ...(await readModel(source, options)),
    device: asked(device),
    threads,
    runtimes: findRuntimes(),
    isolate: isolates(isolate),
  }
  return job.isolate ? openPlainInWorker(job) : openPlain(job)
}
