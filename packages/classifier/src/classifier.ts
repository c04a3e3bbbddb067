import type { ModelDescription } from './description.ts'
import { ClassifierError } from './errors.ts'
import { asBytes, checkImage, checkValues, countImages, imageSize, joinImages, type Pixels } from './pixels.ts'
import { checkTop, classifications, indexOfMax } from './scores.ts'
import { type Session, signatureOf, type TensorFactory } from './session.ts'
import type { Attempt, Classifier, Predictions } from './types.ts'

/** Rows of one `run()`. 28,000 rows in one run are three times slower than in chunks of this size. */
const chunkRows = 256

/** Scores given where the caller does not say how many. */
const defaultTop = 3

/** What a classifier is made of: a session with the runtime's tensors, and what the model says of itself. */
export interface ClassifierParts {
  session: Session
  tensor: TensorFactory
  /** From `describeModel`. */
  model: ModelDescription
  /** What errors call the model. Default `the model`. */
  name?: string
  /** The device that the session runs on. */
  device: string
  /** The devices tried before it. Default none. */
  attempts?: readonly Attempt[]
  /** Awaited between chunks, for runtimes whose `run()` never lets the event loop turn. */
  pause?: () => Promise<void>
}

/**
 * Makes a classifier of an onnxruntime session, which it owns from then on: `close()` releases it.
 * Throws a `ClassifierError` where the session's inputs and outputs are not what the model's metadata says.
 */
export function createClassifier(parts: ClassifierParts): Classifier {
  const { session, model, name = 'the model', device, attempts = [], pause } = parts
  const runChunk = chunkRunner(parts, name)
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  function run(pixels: Uint8Array, rows: number, into: Predictions, from: number): Promise<void> {
    if (closing) throw new ClassifierError(`${name}: the classifier is closed. Load the model again to go on`)
    const run = runChunk(pixels, rows, into, from).finally(() => running.delete(run))
    running.add(run)
    return run
  }

  const predict: Classifier['predict'] = async (pixels, { signal, onProgress } = {}) => {
    const bytes = asBytes(pixels)
    const rows = countImages(bytes, model)
    checkValues(bytes, model)
    const size = imageSize(model)
    const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * model.classes.length) }
    for (let from = 0; from < rows; from += chunkRows) {
      if (from > 0) await pause?.()
      signal?.throwIfAborted()
      const to = Math.min(from + chunkRows, rows)
      await run(bytes.subarray(from * size, to * size), to - from, into, from)
      onProgress?.(to)
    }
    return into
  }

  const classifyMany: Classifier['classifyMany'] = async (images, { top = defaultTop } = {}) => {
    checkTop(top)
    const pixels = isList(images) ? joinImages(images, model) : asBytes(images)
    return classifications(await predict(pixels), model.classes, top)
  }

  return {
    device,
    attempts,
    ...model,
    predict,
    classifyMany,
    async classify(pixels, options) {
      const bytes = asBytes(pixels)
      checkImage(bytes, model)
      // A copy: the run starts later, and a page may draw on its buffer until then.
      const [result] = await classifyMany(bytes.slice(), options)
      return result!
    },
    close() {
      closing ??= Promise.allSettled(running).then(() => session.release())
      return closing
    },
  }
}

/** Returns what classifies one chunk and writes its results to their place in `into`. */
function chunkRunner({ session, tensor, model }: ClassifierParts, name: string) {
  const { input, imageDims, probabilities, label } = signatureOf(session, model, name)
  const count = model.classes.length
  const fetches = label ? [probabilities, label] : [probabilities]
  return async (pixels: Uint8Array, rows: number, into: Predictions, from: number): Promise<void> => {
    const results = await session.run({ [input]: tensor('uint8', unshared(pixels), [rows, ...imageDims]) }, fetches)
    const values = results[probabilities]?.data
    if (!isArray<Float32Array>(values, 'Float32Array') || values.length !== rows * count)
      throw new ClassifierError(`${name}: expected float32 probabilities [${rows}, ${count}] as its classes say`)
    into.probabilities.set(values, from * count)
    const labels = label ? results[label]?.data : undefined
    for (let row = 0; row < rows; row++)
      into.labels[from + row] = isArray<BigInt64Array>(labels, 'BigInt64Array')
        ? Number(labels[row])
        : indexOfMax(values, row * count, count)
  }
}

/** onnxruntime refuses tensors over shared memory, so those pixels are copied, a chunk at a time. */
function unshared(pixels: Uint8Array): Uint8Array {
  return pixels.buffer instanceof ArrayBuffer ? pixels : pixels.slice()
}

/** `instanceof` would refuse arrays of another realm, as test runners make them. */
function isArray<T>(value: unknown, type: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${type}]`
}

function isList(images: Pixels | readonly Pixels[]): images is readonly Pixels[] {
  return Array.isArray(images)
}
