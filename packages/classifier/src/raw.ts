import { indexOfMax } from './scores.ts'
import type { Session, TensorFactory } from './session.ts'
import type { Signature } from './signature.ts'
import type { Predictions } from './types.ts'

/** Puts raw pixels into what the input takes. */
export type Feed = (pixels: Uint8Array, rows: number) => Uint8Array | Uint16Array | Float32Array

/** What a run gives: scores, and the classes where the model says them itself. */
export interface Raw {
  scores: Float32Array
  labels?: BigInt64Array | undefined
}

/** One run of a session. */
export type RawRun = (pixels: Uint8Array, rows: number) => Promise<Raw>

/** onnxruntime refuses tensors over shared memory, so those pixels are copied. */
export function unshared(pixels: Uint8Array): Uint8Array {
  return pixels.buffer instanceof ArrayBuffer ? pixels : pixels.slice()
}

/** Feeds and fetches. */
export function rawRun(
  session: Session,
  tensor: TensorFactory,
  {
    signature,
    feed,
    name,
    floats = floats32,
  }: { signature: Signature; feed: Feed; name: string; floats?: typeof floats32 },
): RawRun {
  const { input, type, imageDims, output, label } = signature
  const fetches = label ? [output, label] : [output]
  return async (pixels, rows) => {
    const results = await session.run({ [input]: tensor(type, feed(pixels, rows), [rows, ...imageDims]) }, fetches)
    const scores = floats(results[output]?.data)
    if (!scores || scores.length % rows !== 0) throw (await import('./refusals.ts')).scoresError(name, rows, output)
    const labels = label && results[label]?.data
    return { scores, labels: isArray<BigInt64Array>(labels, 'BigInt64Array') ? labels : undefined }
  }
}

/** Plain results of a run. `finish` is what the scores of the rows still need, in place. */
export async function scored(
  { scores, labels: given }: Raw,
  rows: number,
  {
    count,
    name,
    finish,
  }: { count: number; name: string; finish?: ((probabilities: Float32Array) => void) | undefined },
): Promise<Predictions> {
  if (scores.length !== rows * count) throw (await import('./refusals.ts')).countError(name, rows, count)
  // A copy: the runtime may use its memory again.
  const probabilities = scores.slice()
  finish?.(probabilities)
  const labels = new Uint16Array(rows)
  // Where the model says the classes itself, the sum tells whether a score is NaN, and nobody has to look for the largest.
  let sum = given ? 0 : Number.NaN
  for (let i = 0; given && i < scores.length; i++) sum += scores[i]!
  // The lower halves: a class is no larger, and every runtime's machine is little-endian.
  const low = given && new Int32Array(given.buffer, given.byteOffset)
  for (let row = 0; row < rows; row++) {
    const best = Number.isNaN(sum) ? indexOfMax(probabilities, row * count, count) : 0
    if (Number.isNaN(best)) throw (await import('./refusals.ts')).nanError(name, row)
    labels[row] = low ? low[2 * row]! : best
  }
  return { labels, probabilities }
}

function floats32(data: unknown): Float32Array | undefined {
  return isArray<Float32Array>(data, 'Float32Array') ? data : undefined
}

/** `instanceof` would refuse arrays of another realm, as test runners make them. */
export function isArray<T>(value: unknown, type: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${type}]`
}
