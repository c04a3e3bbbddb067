// Calls for many images, loaded with the first of them.
import { callback, flag, type Rules, signal, whole } from '../../../../common/options.ts'
import { ClassifierError } from '../errors.ts'
import type { pixelsOf } from '../images.ts'
import { callRules, checkClassifierOptions, prepareRule } from '../options.ts'
import type { Queue } from '../queue.ts'
import { bytesOf, fits, imageSize } from '../rawpixels.ts'
import { classifications } from '../run.ts'
import type { Runner } from '../session.ts'
import type {
  CallOptions,
  Classification,
  ClassifyOptions,
  ClassifyRowsOptions,
  Image,
  Pixels,
  Predictions,
  PredictOptions,
  PredictRowsOptions,
  Prepare,
} from '../types.ts'

/** What calls for many images work with. */
export interface Parts {
  runner: Runner
  /** How pictures are prepared unless a call says otherwise. */
  prepare: Prepare | undefined
  /** Rows of one run. */
  chunkRows: number
  /** Rows that the runner takes in one call. */
  pieceRows: number
  /** Runs that may be under way at once. */
  ahead: number
  queue: Queue
  toPixels: ReturnType<typeof pixelsOf>
  /** Awaited between chunks. */
  pause: (() => Promise<void>) | undefined
}

type Any = Image | object

const classifyRules: Rules<ClassifyOptions> = { ...callRules, top: whole(1), prepare: prepareRule }
const predictRules: Rules<PredictOptions> = { ...callRules, onProgress: callback }
const classifyRowsRules: Rules<ClassifyRowsOptions> = { signal, top: whole(1), prepare: prepareRule }
const predictRowsRules: Rules<PredictRowsOptions> = { prepare: prepareRule, signal, transfer: flag }

/** Results of whole images, one after the other. */
export async function predict(parts: Parts, pixels: Pixels, options: PredictOptions = {}): Promise<Predictions> {
  checkClassifierOptions('predict', options, predictRules)
  return predictAll(parts, pixels, options)
}

async function predictAll(parts: Parts, pixels: Pixels, options: PredictOptions): Promise<Predictions> {
  const { model } = parts.runner
  const bytes = bytesOf(pixels, model)
  if (!bytes || !fits(bytes, model, true)) return (await import('./sentences.ts')).refuse(pixels, model, true)
  options.signal?.throwIfAborted()
  return predictChunks(bytes, parts, options)
}

/** Chunk after chunk; the first is asked for at once, so that `close` waits for it. */
async function predictChunks(
  bytes: Uint8Array,
  { runner, pause, chunkRows, ahead, queue }: Parts,
  { onProgress, ...call }: PredictOptions,
): Promise<Predictions> {
  const size = imageSize(runner.model)
  const classes = runner.model.classes.length
  const rows = bytes.length / size
  const ask = (from: number, to: number) =>
    queue.add({ pixels: bytes.subarray(from * size, to * size), rows: to - from, counted: false, ...call })
  if (rows > 0 && rows <= chunkRows) {
    const result = await ask(0, rows)
    onProgress?.(rows)
    return result
  }
  const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * classes) }
  const chunks = Array.from({ length: Math.ceil(rows / chunkRows) }, (_, i) => i * chunkRows)
  const work = async (from: number) => {
    const to = Math.min(from + chunkRows, rows)
    if (from > 0) await pause?.()
    return { from, to, result: await ask(from, to) }
  }
  const done = ({ from, to, result }: Awaited<ReturnType<typeof work>>) => {
    into.labels.set(result.labels, from)
    into.probabilities.set(result.probabilities, from * classes)
    onProgress?.(to)
    call.signal?.throwIfAborted()
  }
  // Where nothing can be asked for ahead, there is nothing to keep in order.
  if (ahead === 1) for (const from of chunks) done(await work(from))
  else for await (const each of pipelined(chunks, { limit: ahead, weigh: () => 1, work })) done(each)
  return into
}

/** One result for each piece of a source. */
export function predictRows(
  parts: Parts,
  pieces: AsyncIterable<Any> | Iterable<Any>,
  options: PredictRowsOptions = {},
): AsyncGenerator<Predictions> {
  checkClassifierOptions('predictRows', options, predictRowsRules)
  const { prepare = parts.prepare, signal, transfer = false } = options
  const { runner, pieceRows, ahead, queue, toPixels } = parts
  const size = imageSize(runner.model)
  /** One job where the runner takes it whole. */
  const predictPiece = (pixels: Uint8Array): Promise<Predictions> => {
    const rows = pixels.length / size
    const call: CallOptions = signal ? { signal } : {}
    return rows > 0 && rows <= pieceRows
      ? queue.add({ pixels, rows, counted: false, owned: transfer, ...call })
      : predictChunks(pixels, parts, call)
  }
  return pipelined(pieces, {
    signal,
    limit: (ahead + 1) * pieceRows,
    weigh: (piece) => Math.max(1, ArrayBuffer.isView(piece) ? Math.floor((piece as Pixels).byteLength / size) : 1),
    work: async (piece) => {
      signal?.throwIfAborted()
      return predictPiece(await toPixels(piece, { ...(prepare && { prepare }), several: true }))
    },
  })
}

/** A result for each of several images. */
export async function classifyMany(
  parts: Parts,
  images: Pixels | readonly Any[],
  options: ClassifyOptions = {},
): Promise<Classification[]> {
  checkClassifierOptions('classifyMany', options, classifyRules)
  const { top, prepare, ...call } = options
  const pixels = isList(images) ? await joinedPixels(images, parts, prepare) : images
  return classifications(await predictAll(parts, pixels, call), parts.runner.model.classes, top)
}

/** A result for each image of a source. */
export async function* classifyRows(
  parts: Parts,
  images: AsyncIterable<Any> | Iterable<Any>,
  options: ClassifyRowsOptions = {},
): AsyncGenerator<Classification> {
  checkClassifierOptions('classifyRows', options, classifyRowsRules)
  const { top, ...call } = options
  for await (const predictions of predictRows(parts, images, call))
    yield* classifications(predictions, parts.runner.model.classes, top)
}

function isList<T>(images: Pixels | readonly T[]): images is readonly T[] {
  return Array.isArray(images)
}

/** The pixels of a list of images, one after the other. */
async function joinedPixels(
  images: readonly Any[],
  { runner, prepare: usual, toPixels }: Parts,
  prepare = usual,
): Promise<Uint8Array> {
  const joined = new Uint8Array(images.length * imageSize(runner.model))
  let row = 0
  const work = async (place: number) => numbered(place, () => toPixels(images[place]!, prepare && { prepare }))
  for await (const pixels of pipelined(images.keys(), { limit: 4, weigh: () => 1, work }))
    joined.set(pixels, row++ * pixels.length)
  return joined
}

/** Says which of several images an error is about. */
async function numbered<T>(place: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ClassifierError)) throw error
    const { message, attempts, code, params, cause } = error
    throw new ClassifierError(`image ${place}: ${message}`, {
      attempts,
      code,
      params: { ...params, image: place },
      cause,
    })
  }
}

/**
 * What `work` makes of a source's items, in their order, with at most `limit` of weight under way (more by the last item admitted): the source is
 * asked for more only when there is room, and results are not kept up by items that do not come yet. Leaving the loop closes the source.
 */
export async function* pipelined<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  {
    limit,
    weigh,
    work,
    signal,
  }: { limit: number; weigh: (item: T) => number; work: (item: T) => Promise<R>; signal?: AbortSignal | undefined },
): AsyncGenerator<R> {
  const items = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const running: { result: Promise<R>; weight: number }[] = []
  let load = 0
  let pull: Promise<void> | undefined
  let ended = false

  function admit({ value, done }: IteratorResult<T>): void {
    pull = undefined
    ended = done === true
    if (done) return
    const job = { result: work(value), weight: weigh(value) }
    // It is awaited in its turn; until then a failure must not count as unhandled.
    job.result.catch(() => {})
    running.push(job)
    load += job.weight
  }

  /** What is there is taken at once; for what is not, `pull` stands. */
  function fill(): void {
    while (!ended && !pull && load < limit) {
      const next = items.next()
      if ('then' in next) pull = next.then(admit)
      else admit(next)
    }
  }

  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  aborted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (fill(); !ended || running.length > 0; fill()) {
      const head = running[0]
      const settled = head?.result.then(() => true)
      signal?.throwIfAborted()
      const isHead = await Promise.race([settled, pull, aborted].filter((each) => each !== undefined))
      if (!isHead) continue
      running.shift()
      load -= head!.weight
      yield await head!.result
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    pull?.catch(() => {})
    const closed = Promise.resolve(items.return?.()).catch(() => {})
    // A source that is being waited for ends when it will, and nobody waits with it.
    if (!pull) await closed
  }
}
