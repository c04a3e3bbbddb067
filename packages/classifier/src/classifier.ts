import { ClassifierError } from './errors.ts'
import { bytesOf, fits, imageSize } from './fit.ts'
import { type Pictures, pixelsOf } from './images.ts'
import { createQueue, type Lanes, type QueueOptions } from './queue.ts'
import type { Runner } from './runner.ts'
import { classifications, isCount } from './scores.ts'
import type { Attempt, Classifier, Pixels, Predictions, Prepare } from './types.ts'

/** Rows of one `run()`. 28,000 rows in one run are three times slower than in chunks of this size. */
const chunkRows = 256

/** Scores given where the caller does not say how many. */
const defaultTop = 3

/** Browsers before 2025 have no such symbol; `await using` compiled for them looks for this one. */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/** What a classifier is made of. */
export interface ClassifierParts extends QueueOptions, Partial<Lanes> {
  /** From `openRunner`, or one of your own. Owned by the classifier: `close()` releases it. */
  runner: Runner
  /** What errors call the model. Default `the model`. */
  name?: string
  /** The device that the model runs on. It is read when somebody asks, and so are `attempts`: a getter may tell of another one later. */
  device: string
  /** The devices tried before it. Default none. */
  attempts?: readonly Attempt[]
  /** How files are read, where there are files. */
  pictures?: Pictures
  /** How pictures are prepared unless a call says otherwise. */
  prepare?: Prepare
  /** Rows that the runner takes in one call where a stream brings so many, 256 or more. Default 256, of which it makes one run. */
  pieceRows?: number
  /** Awaited between chunks, for runtimes whose `run()` never lets the event loop turn. */
  pause?: () => Promise<void>
}

/** Makes a classifier of a runner, which it owns from then on. `More` are the images that `pictures.open` knows. */
export function createClassifier<More extends object = never>(given: ClassifierParts): Classifier<More> {
  const { runner, name = 'the model', lanes = 1, depth = 1, pictures = {}, prepare: usual } = given
  const { model } = runner
  const size = imageSize(model)
  const queue = createQueue((...job) => runner.run(...job), { ...queueOptions(given), lanes, depth, name })
  const toPixels = pixelsOf(model, pictures, name)
  let closing: Promise<void> | undefined

  const parts = { given, size, chunkRows, ahead: lanes * depth, queue, toPixels }

  const predict: Classifier<More>['predict'] = async (pixels, options = {}) => {
    const bytes = bytesOf(pixels)
    if (!bytes || !fits(bytes, model, true)) return (await import('./pixels.ts')).refuse(pixels, model, true)
    const rows = bytes.length / size
    options.signal?.throwIfAborted()
    const { onProgress, ...call } = options
    if (rows === 0) return { labels: new Uint16Array(), probabilities: new Float32Array() }
    // The first chunk is asked for at once, so that `close` waits for it.
    const first = Math.min(rows, chunkRows)
    const begun = queue.add({ pixels: bytes.subarray(0, first * size), rows: first, counted: false, ...call })
    // It may fail before what awaits it is loaded; until then that must not count as unhandled.
    begun.catch(() => {})
    if (rows > first) return (await import('./bulk.ts')).predictChunks(bytes, parts, { ...options, begun })
    await begun
    onProgress?.(rows)
    return begun
  }

  const predictRows: Classifier<More>['predictRows'] = async function* (pieces, options) {
    yield* (await import('./bulk.ts')).predictPieces(pieces, parts, { prepare: usual, ...options })
  }

  const classifyRows: Classifier<More>['classifyRows'] = async function* (images, { top = defaultTop, ...call } = {}) {
    if (!isCount(top)) await refuseTop(top)
    for await (const predictions of predictRows(images, call)) yield* results(predictions, top)
  }

  const classify: Classifier<More>['classify'] = async (image, { top = defaultTop, prepare = usual, ...call } = {}) => {
    if (!isCount(top)) await refuseTop(top)
    const pixels = toPixels(image, prepare && { prepare })
    const counted = { pixels: pixels instanceof Promise ? await pixels : pixels, rows: 1, counted: true, owned: true }
    return results(await queue.add({ ...counted, ...call }), top)[0]!
  }

  const classifyMany: Classifier<More>['classifyMany'] = async (
    images,
    { top = defaultTop, prepare = usual, ...call } = {},
  ) => {
    if (!isCount(top)) await refuseTop(top)
    const pixels = isList(images) ? await (await import('./bulk.ts')).joinedPixels(images, parts, prepare) : images
    return results(await predict(pixels, call), top)
  }

  const results = (predictions: Predictions, top: number) => classifications(predictions, model.classes, top)

  const close = () => {
    closing ??= queue.close().then(() => runner.release())
    return closing
  }

  return {
    get device() {
      return given.device
    },
    get attempts() {
      return given.attempts ?? []
    },
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

async function refuseTop(top: number): Promise<never> {
  throw (await import('./refusals.ts')).topError(top)
}

function queueOptions({ maxBatch = chunkRows, maxDelayMs = 0, maxQueue = 4096 }: QueueOptions): Required<QueueOptions> {
  const whole = { maxBatch, maxQueue }
  for (const [name, value] of Object.entries(whole))
    if (!isCount(value)) throw new ClassifierError(`${name}: expected an integer of 1 or more, found ${value}`)
  if (!(maxDelayMs >= 0 && maxDelayMs <= 60_000))
    throw new ClassifierError(`maxDelayMs: expected 0 to 60000, found ${maxDelayMs}`)
  return { maxBatch, maxDelayMs, maxQueue }
}

function isList<T>(images: Pixels | readonly T[]): images is readonly T[] {
  return Array.isArray(images)
}
