import { diverged } from './finite.ts'
import { type ScalarSeries, valueAt } from './series.ts'
import type { Chunk, Trainer } from './types.ts'

/** A chunk of steps is one call into the engine. Short enough to end at once when asked to, long enough to cost nothing. */
const CHUNK_MS = 250

/** A chunk's place in the training. */
export interface Span {
  /** Steps of the whole training before it. */
  first: number
  /** Steps of its epoch before it. */
  offset: number
  count: number
}

/** What a span is a part of. */
interface SpanOptions {
  epoch: number
  order: Uint32Array
  series: ScalarSeries
  batchSize: number
  /** What probably follows. */
  next?: Chunk['next']
}

/** Does a span's steps; throws with the step and what to try when the loss stops being a number. */
export async function trainSpan(
  trainer: Trainer,
  span: Span,
  { epoch, order, series, batchSize, next }: SpanOptions,
): Promise<Float32Array> {
  const { first, offset, count } = span
  const values = (name: string) => Float32Array.from({ length: count }, (_, i) => valueAt(name, series, first + i))
  const chunk: Chunk = {
    rows: order.slice(offset * batchSize, (offset + count) * batchSize),
    first,
    epoch,
    scalars: Object.fromEntries(Object.keys(series).map((name) => [name, values(name)])),
    ...(next && { next }),
  }
  const { losses } = await trainer.train(chunk)
  const last = losses.at(-1)!
  if (Number.isFinite(last)) return losses
  throw diverged({ what: 'loss', value: last, step: first + losses.length, epoch })
}

/** How many steps fill a chunk's time, from what the last one took; grows at most eightfold, since the first steps are slow. */
export function nextCount(count: number, milliseconds: number): number {
  return Math.max(1, Math.floor(Math.min((count * CHUNK_MS) / Math.max(milliseconds, 1), count * 8)))
}
