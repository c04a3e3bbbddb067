import { ClassifierError } from './errors.ts'
import { type Pictures, pixelsOf } from './images.ts'
import { asBytes, checkValues, countImages, imageSize } from './pixels.ts'
import { createQueue, type QueueOptions } from './queue.ts'
import type { Runner } from './runner.ts'
import { checkTop, classifications } from './scores.ts'
import { pipelined } from './stream.ts'
import type { Attempt, Classifier, Image, Pixels, Predictions, Prepare } from './types.ts'

/** Rows of one `run()`. 28,000 rows in one run are three times slower than in chunks of this size. */
const chunkRows = 256

/** Scores given where the caller does not say how many. */
const defaultTop = 3

/** Browsers before 2025 have no such symbol; `await using` compiled for them looks for this one. */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/** What a classifier is made of. */
export interface ClassifierParts extends QueueOptions {
  /** From `openRunner`, or one of your own. Owned by the classifier: `close()` releases it. */
  runner: Runner
  /** What errors call the model. Default `the model`. */
  name?: string
  /** The device that the model runs on. */
  device: string
  /** The devices tried before it. Default none. */
  attempts?: readonly Attempt[]
  /** Runs that may be under way at once. Default 1; 2 keep a worker busy. */
  depth?: number
  /** How files are read, where there are files. */
  pictures?: Pictures
  /** How pictures are prepared unless a call says otherwise. */
  prepare?: Prepare
  /** Awaited between chunks, for runtimes whose `run()` never lets the event loop turn. */
  pause?: () => Promise<void>
}

/** Makes a classifier of a runner, which it owns from then on. */
export function createClassifier(parts: ClassifierParts): Classifier {
  const { runner, name = 'the model', device, attempts = [], depth = 1, pictures = {}, pause, prepare: usual } = parts
  const { model } = runner
  const size = imageSize(model)
  const queue = createQueue((pixels, rows) => runner.run(pixels, rows), { ...queueOptions(parts), depth, name })
  const toPixels = pixelsOf(model, pictures, name)
  let closing: Promise<void> | undefined

  const predict: Classifier['predict'] = async (pixels, { onProgress, ...call } = {}) => {
    const bytes = asBytes(pixels)
    const rows = countImages(bytes, model)
    checkValues(bytes, model)
    call.signal?.throwIfAborted()
    const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * model.classes.length) }
    let done = 0
    const chunks = Array.from({ length: Math.ceil(rows / chunkRows) }, (_, i) => i * chunkRows)
    const work = async (from: number) => {
      if (from > 0) await pause?.()
      const to = Math.min(from + chunkRows, rows)
      const part = { pixels: bytes.subarray(from * size, to * size), rows: to - from, counted: false }
      return { from, to, result: await queue.add({ ...part, ...call }) }
    }
    for await (const { from, to, result } of pipelined(chunks, { limit: depth, weigh: () => 1, work })) {
      into.labels.set(result.labels, from)
      into.probabilities.set(result.probabilities, from * model.classes.length)
      done = to
      onProgress?.(done)
      call.signal?.throwIfAborted()
    }
    return into
  }

  const predictRows: Classifier['predictRows'] = (pieces, { prepare = usual, signal } = {}) =>
    pipelined(pieces, {
      signal,
      limit: 2 * chunkRows,
      weigh: (piece) => Math.max(1, ArrayBuffer.isView(piece) ? Math.floor(piece.length / size) : 1),
      work: async (piece) => {
        signal?.throwIfAborted()
        const pixels = await toPixels(piece, { ...(prepare && { prepare }), several: true })
        return predictAll(pixels, signal)
      },
    })

  /** A piece of a stream: one job where it fits into a run. */
  function predictAll(pixels: Uint8Array, signal: AbortSignal | undefined): Promise<Predictions> {
    const rows = pixels.length / size
    const call = signal ? { signal } : {}
    return rows > 0 && rows <= chunkRows ? queue.add({ pixels, rows, counted: false, ...call }) : predict(pixels, call)
  }

  async function* classifyRows(
    images: AsyncIterable<Image> | Iterable<Image>,
    options: Parameters<Classifier['classifyRows']>[1] = {},
  ) {
    const { top = defaultTop, ...call } = options
    checkTop(top)
    for await (const predictions of predictRows(images, call)) yield* classifications(predictions, model.classes, top)
  }

  const classify: Classifier['classify'] = async (image, { top = defaultTop, prepare = usual, ...call } = {}) => {
    checkTop(top)
    const pixels = toPixels(image, prepare && { prepare })
    const counted = { pixels: pixels instanceof Promise ? await pixels : pixels, rows: 1, counted: true }
    return classifications(await queue.add({ ...counted, ...call }), model.classes, top)[0]!
  }

  const classifyMany: Classifier['classifyMany'] = async (
    images,
    { top = defaultTop, prepare = usual, ...call } = {},
  ) => {
    checkTop(top)
    if (!isList(images)) return classifications(await predict(images, call), model.classes, top)
    const joined = new Uint8Array(images.length * size)
    let row = 0
    const work = async (place: number) => numbered(place, () => toPixels(images[place]!, prepare && { prepare }))
    for await (const pixels of pipelined(images.keys(), { limit: 4, weigh: () => 1, work }))
      joined.set(pixels, row++ * size)
    return classifications(await predict(joined, call), model.classes, top)
  }

  const close = () => {
    closing ??= queue.close().then(() => runner.release())
    return closing
  }

  return {
    device,
    attempts,
    ...model,
    predict,
    predictRows,
    classify,
    classifyMany,
    classifyRows,
    close,
    [asyncDispose]: close,
  }
}

/** Says which of several images an error is about. */
async function numbered<T>(place: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ClassifierError)) throw error
    throw new ClassifierError(`image ${place}: ${error.message}`, { cause: error.cause })
  }
}

function queueOptions({ maxBatch = chunkRows, maxDelayMs = 0, maxQueue = 4096 }: QueueOptions): Required<QueueOptions> {
  const whole = { maxBatch, maxQueue }
  for (const [name, value] of Object.entries(whole))
    if (!Number.isInteger(value) || value < 1)
      throw new ClassifierError(`${name}: expected an integer of 1 or more, found ${value}`)
  if (!(maxDelayMs >= 0 && maxDelayMs <= 60_000))
    throw new ClassifierError(`maxDelayMs: expected 0 to 60000, found ${maxDelayMs}`)
  return { maxBatch, maxDelayMs, maxQueue }
}

function isList(images: Pixels | readonly Image[]): images is readonly Image[] {
  return Array.isArray(images)
}
