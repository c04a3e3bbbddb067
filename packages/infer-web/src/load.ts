import { createClassifier } from '@pixelrow/classifier'
import { openHere } from './here.ts'
import { importedBuilds } from './imported.ts'
import type { Classifier, LoadOptions, PictureSource } from './options.ts'
import { choose } from './plan.ts'
import { checkLoadOptions } from './rules.ts'
import { type ModelSource, named } from './source.ts'

/**
 * Loads an ONNX classifier of images from a URL, bytes or a Blob (a dropped file) into a page or a web worker, and says on which device it runs.
 *
 * Importing this package fetches nothing and is safe where there is no page; this call loads one build of onnxruntime-web.
 * Throws a `ClassifierError` where the model is missing, is not ONNX, is too new or is no classifier of images, where onnxruntime-web's
 * `.wasm` file cannot be had, and where none of the devices asked for is there; throws the signal's reason when aborted.
 */
export async function load(source: ModelSource, options: LoadOptions = {}): Promise<Classifier> {
  checkLoadOptions(options)
  const { signal, worker, maxBatch, maxDelayMs, maxQueue, prepare } = options
  signal?.throwIfAborted()
  const from = await named(source)
  const plan = await choose(options, from.name)
  const { place, ...opened } = worker
    ? await (await import('./lazy/in-worker.ts')).openInWorker(from, plan, options)
    : await openHere({ source: from, plan, options, builds: importedBuilds })
  return createClassifier<PictureSource>({
    pictures: { open: async (image) => (await import('./lazy/picture.ts')).openPicture(image) },
    maxBatch,
    maxDelayMs,
    maxQueue,
    prepare,
    ...opened,
    get device() {
      return place.device
    },
    get attempts() {
      return place.attempts
    },
    pause: nextTask,
  })
}

/** WASM runs block the page, and promises alone never let it paint or hear an abort: this does, without a timer's 4 ms. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
