import { fromHalf } from '../../../common/half.ts'
import { ClassifierError, isArray, type RawRun } from './core.ts'
import type { ModelOptions } from './description.ts'
import type { Trial } from './foreign-classes.ts'
import type { LabelOutput } from './label-output.ts'
import { scoresError } from './refusals.ts'
import type { RawSignature } from './signature.ts'
import type { ImageShape } from './types.ts'

/** What a run gives: scores, and the file's labels as texts where it has one for each row. */
export interface Results {
  scores: Float32Array
  labels?: readonly string[]
}

export type Run = (pixels: Uint8Array, rows: number) => Promise<Results>

/** Runs that are looked at: scores for each row. Throws a `ClassifierError` for what are none. */
export function resultsOf(raw: RawRun, { output }: RawSignature, name: string): Run {
  return async (pixels, rows) => {
    const found = await raw(pixels, rows)
    const scores = floats(found.scores)
    if (!scores || scores.length % rows !== 0) throw scoresError(name, rows, output)
    const labels = found.labels as ArrayLike<unknown> | undefined
    return { scores, ...(labels?.length === rows && { labels: Array.from(labels, String) }) }
  }
}

/** A model of a fixed batch gets whole batches, filled up with zeros. */
export function inBatches(once: Run, batch: number): Run {
  return async (pixels, rows) => {
    const size = pixels.length / rows
    const parts: Results[] = []
    for (let from = 0; from < rows; from += batch) {
      const full = new Uint8Array(batch * size)
      full.set(pixels.subarray(from * size, Math.min(from + batch, rows) * size))
      parts.push(await once(full, batch))
    }
    const each = parts[0]!.scores.length / batch
    const scores = new Float32Array(rows * each)
    for (const [i, part] of parts.entries())
      scores.set(part.scores.subarray(0, (rows - i * batch) * each), i * batch * each)
    const labels = parts.flatMap((part) => part.labels ?? [])
    return { scores, ...(labels.length === parts.length * batch && { labels: labels.slice(0, rows) }) }
  }
}

/** What is asked of a model that is tried. */
interface Asked {
  shape: ImageShape
  hints: ModelOptions
  label: LabelOutput | undefined
  name: string
}

/** What a run on an image of noise tells, and runs on some more where labels are to be understood. */
export async function probed(
  run: Run,
  { shape, hints, label, name }: Asked,
): Promise<{ softmax: boolean; count: number; trials: Trial[] }> {
  const images = testImages(shape.height * shape.width * shape.channels)
  const results: Results[] = []
  for (const image of label && !label.labelling ? images : images.slice(0, 1)) results.push(await run(image, 1))
  const { scores } = results[0]!
  if (scores.length < 2)
    throw new ClassifierError(
      `${name}: expected a score for each of at least two classes, found ${scores.length} value in all. Is it a classifier? If so, say which output`,
    )
  const sum = scores.reduce((a, b) => a + b, 0)
  const isDistribution = Math.abs(sum - 1) < 1e-3 && scores.every((score) => score >= 0)
  const trials = results.flatMap(({ scores, labels = [] }) =>
    labels.map((said) => ({ best: bestOf(scores), label: said })),
  )
  return { softmax: hints.softmax ?? !isDistribution, count: scores.length, trials }
}

/** Noise, its negative, nothing, everything, and what grows from one to the other. */
function testImages(size: number): Uint8Array[] {
  const noise = Uint8Array.from({ length: size }, (_, i) => ((i * 2654435761) >>> 13) & 255)
  const [none, all] = [new Uint8Array(size), new Uint8Array(size).fill(255)]
  return [noise, noise.map((value) => 255 - value), none, all, none.map((_, i) => (255 * i) / size)]
}

const bestOf = (scores: Float32Array): number => scores.indexOf(scores.reduce((a, b) => Math.max(a, b)))

/** float32 as it is; float16 comes as its bits or, from newer JavaScript engines, as numbers. */
function floats(data: unknown): Float32Array | undefined {
  if (isArray<Float32Array>(data, 'Float32')) return data
  if (isArray<Uint16Array>(data, 'Uint16')) return Float32Array.from(data, fromHalf)
  return isArray<ArrayLike<number>>(data, 'Float16') ? Float32Array.from(data) : undefined
}

/** The probabilities of each row of logits. */
export function softmaxRows(logits: Float32Array, count: number): Float32Array {
  const values = logits.slice()
  for (let from = 0; from < values.length; from += count) {
    const row = values.subarray(from, from + count)
    const most = row.reduce((a, b) => Math.max(a, b))
    let sum = 0
    for (const value of row) sum += Math.exp(value - most)
    for (let i = 0; i < count; i++) row[i] = Math.exp(row[i]! - most) / sum
  }
  return values
}
