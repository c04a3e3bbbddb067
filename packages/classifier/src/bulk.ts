import type { ClassifierParts } from './classifier.ts'
import { ClassifierError } from './errors.ts'
import type { pixelsOf } from './images.ts'
import type { Queue } from './queue.ts'
import { pipelined } from './stream.ts'
import type { CallOptions, Image, Pixels, Predictions, PredictOptions, Prepare } from './types.ts'

/** What the classifier of which this is a part consists of. */
export interface BulkParts {
  given: Pick<ClassifierParts, 'runner' | 'pieceRows' | 'pause'>
  /** Bytes of one image. */
  size: number
  /** Rows of one run. */
  chunkRows: number
  /** Runs that may be under way at once. */
  ahead: number
  queue: Queue
  toPixels: ReturnType<typeof pixelsOf>
}

/** More rows than one run takes, chunk after chunk; the first may have `begun`. */
export async function predictChunks(
  bytes: Uint8Array,
  { given, size, chunkRows, ahead, queue }: BulkParts,
  { onProgress, begun, ...call }: PredictOptions & { begun?: Promise<Predictions> },
): Promise<Predictions> {
  const { runner, pause } = given
  const classes = runner.model.classes.length
  const rows = bytes.length / size
  const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * classes) }
  const chunks = Array.from({ length: Math.ceil(rows / chunkRows) }, (_, i) => i * chunkRows)
  const work = async (from: number) => {
    const to = Math.min(from + chunkRows, rows)
    if (from === 0 && begun) return { from, to, result: await begun }
    if (from > 0) await pause?.()
    const part = { pixels: bytes.subarray(from * size, to * size), rows: to - from, counted: false }
    return { from, to, result: await queue.add({ ...part, ...call }) }
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
export function predictPieces(
  pieces: AsyncIterable<Image | object> | Iterable<Image | object>,
  parts: BulkParts,
  { prepare, signal, transfer = false }: { prepare?: Prepare | undefined; signal?: AbortSignal; transfer?: boolean },
): AsyncGenerator<Predictions> {
  const { given, size, chunkRows, ahead, queue, toPixels } = parts
  const { pieceRows = chunkRows } = given
  /** One job where the runner takes it whole. */
  const predictAll = (pixels: Uint8Array): Promise<Predictions> => {
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
      return predictAll(await toPixels(piece, { ...(prepare && { prepare }), several: true }))
    },
  })
}

/** The pixels of a list of images, one after the other. */
export async function joinedPixels(
  images: readonly (Image | object)[],
  { size, toPixels }: BulkParts,
  prepare: Prepare | undefined,
): Promise<Uint8Array> {
  const joined = new Uint8Array(images.length * size)
  let row = 0
  const work = async (place: number) => numbered(place, () => toPixels(images[place]!, prepare && { prepare }))
  for await (const pixels of pipelined(images.keys(), { limit: 4, weigh: () => 1, work }))
    joined.set(pixels, row++ * size)
  return joined
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
