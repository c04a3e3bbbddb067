// Calls for many images, loaded with the first of them.
import {
  bytesOf,
  ClassifierError,
  checkClassifierOptions,
  classifications,
  classifyRowsRules,
  classifyRules,
  defaultTop,
  fits,
  imageSize,
  type Parts,
  predictRowsRules,
  predictRules,
} from './core.ts'
import { pipelined } from './stream.ts'
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
} from './types.ts'

type Any = Image | object

/** Results of whole images, one after the other. */
export async function predict(parts: Parts, pixels: Pixels, options: PredictOptions = {}): Promise<Predictions> {
  checkClassifierOptions('predict', options, predictRules)
  return predictAll(parts, pixels, options)
}

async function predictAll(parts: Parts, pixels: Pixels, options: PredictOptions): Promise<Predictions> {
  const { model } = parts.given.runner
  const bytes = bytesOf(pixels)
  if (!bytes || !fits(bytes, model, true)) return (await import('./pixels.ts')).refuse(pixels, model, true)
  options.signal?.throwIfAborted()
  return predictChunks(bytes, parts, options)
}

/** Chunk after chunk; the first is asked for at once, so that `close` waits for it. */
async function predictChunks(
  bytes: Uint8Array,
  { given, chunkRows, ahead, queue }: Parts,
  { onProgress, ...call }: PredictOptions,
): Promise<Predictions> {
  const { runner, pause } = given
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
  const { prepare = parts.given.prepare, signal, transfer = false } = options
  const { given, chunkRows, ahead, queue, toPixels } = parts
  const { pieceRows = chunkRows } = given
  const size = imageSize(given.runner.model)
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
    limit: Math.max(2, ahead) * pieceRows,
    weigh: (piece) => Math.max(1, ArrayBuffer.isView(piece) ? Math.floor((piece as Pixels).length / size) : 1),
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
  const { top = defaultTop, prepare, ...call } = options
  const pixels = isList(images) ? await joinedPixels(images, parts, prepare) : images
  return classifications(await predictAll(parts, pixels, call), parts.given.runner.model.classes, top)
}

/** A result for each image of a source. */
export async function* classifyRows(
  parts: Parts,
  images: AsyncIterable<Any> | Iterable<Any>,
  options: ClassifyRowsOptions = {},
): AsyncGenerator<Classification> {
  checkClassifierOptions('classifyRows', options, classifyRowsRules)
  const { top = defaultTop, ...call } = options
  for await (const predictions of predictRows(parts, images, call))
    yield* classifications(predictions, parts.given.runner.model.classes, top)
}

function isList<T>(images: Pixels | readonly T[]): images is readonly T[] {
  return Array.isArray(images)
}

/** The pixels of a list of images, one after the other. */
async function joinedPixels(
  images: readonly Any[],
  { given: { runner, prepare: usual }, toPixels }: Parts,
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
