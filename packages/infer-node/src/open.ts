import { availableParallelism } from 'node:os'
import type { PlainSession } from '@pixelrow/classifier'
import { candidatesFor, librariesOf } from './candidates.ts'
import { asked } from './device.ts'
import { firstOf } from './first-of.ts'
import { openPlainInWorker } from './in-worker.ts'
import { isolatesOn } from './isolation.ts'
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
  const { device: wanted = 'cpu', threads = availableParallelism(), isolate } = options
  const [file, runtimes] = [await readModel(source, options), findRuntimes()]
  return firstOf(file.name, candidatesFor(asked(wanted), runtimes), ({ device }) => {
    const libraries = librariesOf(device, runtimes)
    const job = { ...file, device, libraries, threads, runtimes, isolate: isolatesOn(device, isolate) }
    return job.isolate ? openPlainInWorker(job) : openPlain(job)
  })
}
