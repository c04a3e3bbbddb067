import { readFile } from 'node:fs/promises'
import { ClassifierError, createClassifier, type Prepare, type QueueOptions } from '@pixelrow/classifier'
import { isolates } from '@pixelrow/worker'
import { openChosen } from './choose.ts'
import { asked } from './device.ts'
import type { Measured } from './measure.ts'
import type { Tried } from './opened.ts'
import { checkLoadOptions } from './rules.ts'
import { PIECE_ROWS, RUN_ROWS } from './runs.ts'
import { findRuntimes } from './runtime.ts'
import { explainRead, type ModelSource, readModel } from './source.ts'
import type { LoadedClassifier, LoadOptions } from './types.ts'

/**
 * Loads an ONNX classifier of images from a path, a URL, bytes or a stream, and says on which device it runs.
 *
 * Nothing of onnxruntime is loaded before this call, and its usage reports are off unless ORT_DISABLE_TELEMETRY is set.
 * Throws a `ClassifierError` where the file is missing, is not ONNX, is too new or is no classifier of images, and where
 * none of the devices asked for works (its `attempts` has the reasons): it never begins on a device that was not asked for.
 *
 * A device other than the CPU is compared with it on 1,000 rows of noise (of large images fewer), and taken where at least 999 in 1,000 get the CPU's class and, where they
 * do not, the CPU's two largest scores are within 0.01. What is measured is not kept for the next time: drivers change, and a load writes
 * no files; who needs the same device every time names it. Where a device is lost later, the CPU goes on: `device` and `attempts` say so.
 */
export async function load(source: ModelSource, options: LoadOptions = {}): Promise<LoadedClassifier> {
  checkLoadOptions(options)
  const { device = 'auto', threads, worker: isWorker = true, workers = 1, isolate, model: given, ...rest } = options
  const worker = isWorker || isolates(isolate)
  if (!worker && workers > 1)
    throw new ClassifierError(`load: workers: ${workers} of them need worker: true`, {
      code: 'CLASSIFIER_OPTION_INVALID',
      params: { where: 'load', option: 'workers', expected: '1 where worker is false', found: String(workers) },
    })
  const file = await readModel(source, options)
  const on = { device: asked(device), threads, isolate, workers: worker ? workers : 0 }
  const { opened, measured } = await openChosen({ ...file, ...on, runtimes: findRuntimes(), given })
  try {
    return loaded(opened, { ...rest, name: file.name }, measured)
  } catch (error) {
    await opened.runner.release()
    throw error
  }
}

/** The classifier on a device: what is asked for together makes runs that suit it. */
function loaded(
  opened: Tried,
  { maxBatch, ...rest }: QueueOptions & { prepare?: Prepare; name: string },
  measured: Measured | undefined,
): LoadedClassifier {
  const { runner, batch, lanes, depth } = opened
  const classifier = createClassifier({
    ...rest,
    maxBatch: maxBatch ?? batch,
    runner,
    get device() {
      return opened.device
    },
    get attempts() {
      return opened.attempts
    },
    lanes,
    depth,
    chunkRows: batch,
    pieceRows: Math.max(batch, depth > 1 ? PIECE_ROWS : RUN_ROWS),
    pictures: { read: readPicture },
  })
  return Object.assign(classifier, measured && { measured })
}

async function readPicture(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new ClassifierError(`${path}: ${explainRead(cause, path, 'a picture')}`, {
      code: 'CLASSIFIER_PICTURE_UNREADABLE',
      params: { path, reason: (cause as NodeJS.ErrnoException).code },
      cause,
    })
  })
}
