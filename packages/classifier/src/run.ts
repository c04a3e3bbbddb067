import { isA } from '../../../common/kinds.ts'
import type { Feed, RawSignature, Session, TensorFactory } from './session.ts'
import type { Classification, Predictions, Score } from './types.ts'

/** What a run gives, not looked at yet: scores, and the classes where the model says them itself. */
export interface Raw {
  scores: unknown
  labels?: unknown
}

/** One run of a session. */
export type RawRun = (pixels: Uint8Array, rows: number) => Promise<Raw>

/** onnxruntime refuses tensors over shared memory, so those pixels are copied. */
export function unshared(pixels: Uint8Array): Uint8Array {
  return isA(pixels.buffer, 'ArrayBuffer') ? pixels : pixels.slice()
}

/** Feeds and fetches. */
export function rawRun(
  session: Session,
  tensor: TensorFactory,
  { input, type, imageDims, output, label }: RawSignature,
  feed: Feed,
): RawRun {
  const fetches = label ? [output, label] : [output]
  return async (pixels, rows) => {
    const results = await session.run({ [input]: tensor(type, feed(pixels, rows), [rows, ...imageDims]) }, fetches)
    return { scores: results[output]?.data, labels: label && results[label]?.data }
  }
}

/** What a run of a model of pixelrow says. Where it does not say the classes, or something is wrong with it, `labelled` looks at it again. */
export async function scored(
  { scores, labels }: Raw,
  rows: number,
  { count, name }: { count: number; name: string },
): Promise<Predictions> {
  if (isArray<Float32Array>(scores, 'Float32') && isArray<BigInt64Array>(labels, 'BigInt64')) {
    // Where the model says the classes itself, the sum tells whether a score is NaN, and nobody has to look for the largest.
    let sum = 0
    for (let i = 0; i < scores.length; i++) sum += scores[i]!
    if (scores.length === rows * count && !Number.isNaN(sum)) {
      // The lower halves: a class is no larger, and every runtime's machine is little-endian.
      const low = new Int32Array(labels.buffer, labels.byteOffset)
      const found = new Uint16Array(rows)
      for (let row = 0; row < rows; row++) found[row] = low[2 * row]!
      // A copy: the runtime may use its memory again.
      return { labels: found, probabilities: scores.slice() }
    }
  }
  return labelled(scores, rows, { count, name })
}

/** `instanceof` would refuse arrays of another realm, as test runners make them. */
export function isArray<T>(value: unknown, of: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${of}Array]`
}

/** Scores as a copy, and the class of each row where the model does not say it. Throws a `ClassifierError` where they are none of these rows, or NaN. */
export async function labelled(
  scores: unknown,
  rows: number,
  { count, name }: { count: number; name: string },
): Promise<Predictions> {
  const sentences = () => import('./lazy/sentences.ts')
  if (!isArray<Float32Array>(scores, 'Float32')) throw (await sentences()).scoresError(name, rows, 'probabilities')
  if (scores.length !== rows * count) throw (await sentences()).countError(name, rows, count)
  const labels = new Uint16Array(rows)
  for (let row = 0; row < rows; row++) {
    const best = indexOfMax(scores, row * count, count)
    if (Number.isNaN(best)) throw (await sentences()).nanError(name, row)
    labels[row] = best
  }
  return { labels, probabilities: scores.slice() }
}

/** Index of the largest value among `values[from .. from + count)`, counted from `from`; the first of equals; NaN where one of them is. */
function indexOfMax(values: Float32Array, from: number, count: number): number {
  let [best, most] = [0, values[from]!]
  if (Number.isNaN(most)) return most
  for (let i = 1; i < count; i++) {
    const value = values[from + i]!
    // One comparison for nearly all: NaN is not below anything, either.
    if (value <= most) continue
    if (Number.isNaN(value)) return value
    ;[best, most] = [i, value]
  }
  return best
}

/** One plain result per row: the model's own answer, and the `top` best classes in falling order behind it (default 3; all, where the model has fewer). */
export function classifications(predictions: Predictions, classes: readonly string[], top = 3): Classification[] {
  return Array.from(predictions.labels, (label, row) => {
    const from = row * classes.length
    const probabilities = predictions.probabilities.subarray(from, from + classes.length)
    const scores = Array.from(
      probabilities,
      (probability, index): Score => ({ label: classes[index]!, index, probability }),
    )
      // A file's own label need not be that of its best score: support vector machines decide by other numbers than their probabilities.
      .sort((a, b) => Number(b.index === label) - Number(a.index === label) || b.probability - a.probability)
      .slice(0, top)
    return { ...scores[0]!, top: scores }
  })
}
