import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import {
  type Classifier,
  ClassifierError,
  createClassifier,
  type ModelOptions,
  type Prepare,
  type QueueOptions,
} from '@pixelrow/classifier'
import { isolates } from '@pixelrow/worker'
import { asked, type Device } from './device.ts'
import { openInWorkers } from './in-workers.ts'
import { openHere } from './opened.ts'
import { PIECE_ROWS } from './protocol.ts'
import { checkLoadOptions } from './rules.ts'
import { findRuntimes } from './runtime.ts'
import { explainRead, type ModelSource, readModel } from './source.ts'

/** Where to open a file. */
export interface OpenOptions {
  /** One device, or several to try in this order. `auto`, the default of `load`, is CUDA where its provider is installed, else the CPU. */
  device?: 'auto' | Device | readonly Device[]
  /** Threads on the CPU, 1 or more. Default: what the machine has (`os.availableParallelism()`); 1 for `wasm`. */
  threads?: number
  /**
   * Runs in a process of its own, whatever `worker` says: a model that makes onnxruntime crash takes nothing else along, and another version of
   * onnxruntime may be in use here. Default: inside a worker thread of yours, since terminating that thread during a run would abort the whole
   * process; false elsewhere. `false` inside a thread leaves it to you that the thread is never terminated during a run.
   */
  isolate?: boolean
}

/** How to load a model. */
export interface LoadOptions extends QueueOptions, OpenOptions {
  /** Runs in a worker thread, so that the event loop goes on. Default true; `false` runs inline, which holds the loop up during each run, unless it is isolated. */
  worker?: boolean
  /**
   * Workers, each with a session of its own, so that several runs go on at once: more throughput for many rows, and more memory.
   * Default 1; a GPU has 1 in any case. With more, `threads` counts for each of them, by default an equal share of what the machine has.
   */
  workers?: number
  /** What is known of a model that was not made by pixelrow and does not say it itself. */
  model?: ModelOptions
  /** How pictures are prepared unless a call says otherwise. Default: the rule in the model's metadata, else the whole picture on black. */
  prepare?: Prepare
}

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
  const file = await readModel(source)
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
