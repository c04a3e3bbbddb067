import { isA } from '../../../common/kinds.ts'
import type { Session, TensorFactory } from './session.ts'
import type { RawSignature } from './signature.ts'
import type { Predictions } from './types.ts'

/** Puts raw pixels into what the input takes. */
export type Feed = (pixels: Uint8Array, rows: number) => Uint8Array | Uint16Array | Float32Array

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

/** What a run of a model of pixelrow says. Where it does not say the classes, or something is wrong with it, labels.ts looks at it again. */
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
  return (await import('./labels.ts')).labelled(scores, rows, { count, name })
}

/** `instanceof` would refuse arrays of another realm, as test runners make them. */
export function isArray<T>(value: unknown, of: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${of}Array]`
}
