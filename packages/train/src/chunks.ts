import type { Settings } from './options.ts'
import { LEARNING_RATE } from './training-graph.ts'
import type { ScalarValue } from './transforms.ts'
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

/** Every scalar of the graph as a function of the step alone. */
export type ScalarSeries = Record<string, (step: number) => number>

export function scalarSeries(settings: Settings, scalars: Record<string, ScalarValue>, steps: number): ScalarSeries {
  const { learningRate, schedule } = settings
  const series: ScalarSeries = { [LEARNING_RATE]: (step) => learningRate * schedule(step, steps) }
  for (const [name, value] of Object.entries(scalars)) series[name] = (step) => value(step, steps)
  return series
}

/** Does a span's steps; throws with the step and what to try when the loss stops being a number. */
export async function trainSpan(
  trainer: Trainer,
  span: Span,
  { epoch, order, series, batchSize }: { epoch: number; order: Uint32Array; series: ScalarSeries; batchSize: number },
): Promise<Float32Array> {
  const { first, offset, count } = span
  const values = (value: (step: number) => number) => Float32Array.from({ length: count }, (_, i) => value(first + i))
  const chunk: Chunk = {
    rows: order.slice(offset * batchSize, (offset + count) * batchSize),
    first,
    epoch,
    scalars: Object.fromEntries(Object.entries(series).map(([name, value]) => [name, values(value)])),
  }
  const { losses } = await trainer.train(chunk)
  if (Number.isFinite(losses.at(-1))) return losses
  const step = first + losses.length
  throw new Error(
    `The loss is ${losses.at(-1)} at step ${step}: training diverged. Try a learning rate ten times smaller.`,
  )
}

/** How many steps fill a chunk's time, from what the last one took; grows at most eightfold, since the first steps are slow. */
export function nextCount(count: number, milliseconds: number): number {
  return Math.max(1, Math.floor(Math.min((count * CHUNK_MS) / Math.max(milliseconds, 1), count * 8)))
}
