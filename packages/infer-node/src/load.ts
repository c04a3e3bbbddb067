import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { type Classifier, ClassifierError, createClassifier } from '@pixelrow/classifier'
import { isolates } from '@pixelrow/worker'
import { asked } from './device.ts'
import { openInWorkers } from './in-workers.ts'
import { openHere } from './opened.ts'
import { PIECE_ROWS } from './protocol.ts'
import { checkLoadOptions } from './rules.ts'
import { findRuntimes } from './runtime.ts'
import { explainRead, type ModelSource, readModel } from './source.ts'
import type { LoadOptions } from './types.ts'

/**
 * Loads an ONNX classifier of images from a path, a URL, bytes or a stream, and says on which device it runs.
 *
 * Nothing of onnxruntime is loaded before this call, and its usage reports are off unless ORT_DISABLE_TELEMETRY is set.
 * Throws a `ClassifierError` where the file is missing, is not ONNX, is too new or is no classifier of images, and where
 * none of the devices asked for works (its `attempts` has the reasons): it never runs on a device that was not asked for.
 */
export async function load(source: ModelSource, options: LoadOptions = {}): Promise<Classifier> {
  checkLoadOptions(options)
  const { device = 'auto', threads, worker: isWorker = true, workers = 1, isolate, model: given, ...rest } = options
  const isolated = isolates(isolate)
  const worker = isWorker || isolated
  if (!worker && workers > 1)
    throw new ClassifierError(`load: workers: ${workers} of them need worker: true`, {
      code: 'CLASSIFIER_OPTION_INVALID',
      params: { where: 'load', option: 'workers', expected: '1 where worker is false', found: String(workers) },
    })
  const wanted = asked(device)
  const onWasm = wanted !== 'auto' && wanted.includes('wasm')
  const file = await readModel(source, options)
  const job = {
    ...file,
    device: wanted,
    threads: threads ?? (onWasm ? undefined : Math.max(1, Math.floor(availableParallelism() / workers))),
    runtimes: findRuntimes(),
    isolate: isolated,
    given,
  }
  const { runner, ...opened } = await (worker ? openInWorkers(job, workers) : openHere(job))
  try {
    // A worker gets its next full run ahead, so that it never waits for this thread.
    return createClassifier({
      ...rest,
      runner,
      name: file.name,
      ...opened,
      lanes: workers,
      depth: worker ? 2 : 1,
      ...(worker && { pieceRows: PIECE_ROWS }),
      pictures: { read: readPicture },
    })
  } catch (error) {
    await runner.release()
    throw error
  }
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
