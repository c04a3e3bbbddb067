import type { ModelOptions } from './description.ts'
import { ClassifierError } from './errors.ts'
import { feedOf } from './feed.ts'
import { foreignSignature } from './foreign-signature.ts'
import { fromHalves } from './half.ts'
import { hintsOf } from './hints.ts'
import { isArray, type RawRun, rawRun, scored } from './raw.ts'
import type { Runner } from './runner.ts'
import type { Session, TensorFactory } from './session.ts'
import type { Signature } from './signature.ts'

/**
 * Makes a runner of a model that is not ours. It is run once on a test image, to learn its number of classes and whether its output still needs a
 * softmax. A part of its own, which a page that has a model of pixelrow never loads.
 */
export async function openForeign(
  session: Session,
  tensor: TensorFactory,
  { bytes, given = {}, name }: { bytes: Uint8Array; given?: ModelOptions; name: string },
): Promise<Runner> {
  const hints = hintsOf(bytes, name, given)
  const signature = foreignSignature(session, hints, name)
  const once = rawRun(session, tensor, { signature, feed: feedOf(signature, hints, name), name, floats })
  const raw = signature.batch === undefined ? once : inBatches(once, signature.batch)
  const { classes, softmax } = await probed(raw, signature, hints, name)
  const count = classes.length
  const finish = softmax ? (probabilities: Float32Array) => softmaxRows(probabilities, count) : undefined
  return {
    model: { classes, shape: signature.shape, maxValue: 255 },
    run: async (pixels, rows) => scored(await raw(pixels, rows), rows, { count, name, finish }),
    release: () => session.release(),
  }
}

/** A model of a fixed batch gets whole batches, filled up with zeros. */
function inBatches(once: RawRun, batch: number): RawRun {
  return async (pixels, rows) => {
    const size = pixels.length / rows
    const parts: Float32Array[] = []
    for (let from = 0; from < rows; from += batch) {
      const full = new Uint8Array(batch * size)
      full.set(pixels.subarray(from * size, Math.min(from + batch, rows) * size))
      parts.push((await once(full, batch)).scores)
    }
    const each = parts[0]!.length / batch
    const scores = new Float32Array(rows * each)
    for (const [i, part] of parts.entries()) scores.set(part.subarray(0, (rows - i * batch) * each), i * batch * each)
    return { scores }
  }
}

/** What one run on an image of noise tells. */
async function probed(
  raw: RawRun,
  { shape }: Signature,
  { classes, softmax }: ModelOptions,
  name: string,
): Promise<{ classes: readonly string[]; softmax: boolean }> {
  const image = Uint8Array.from(
    { length: shape.height * shape.width * shape.channels },
    (_, i) => ((i * 2654435761) >>> 13) & 255,
  )
  const { scores } = await raw(image, 1)
  if (scores.length < 2)
    throw new ClassifierError(
      `${name}: expected a score for each of at least two classes, found ${scores.length} value in all. Is it a classifier? If so, say which output`,
    )
  if (classes && classes.length !== scores.length)
    throw new ClassifierError(
      `${name}: expected ${classes.length} scores, as there are so many classes, found ${scores.length}`,
    )
  const sum = scores.reduce((a, b) => a + b, 0)
  const isDistribution = Math.abs(sum - 1) < 1e-3 && scores.every((score) => score >= 0)
  const names = classes ?? Array.from(scores, (_, index) => String(index))
  return { classes: names, softmax: softmax ?? !isDistribution }
}

/** float32 as it is; float16 comes as its bits or, from newer JavaScript engines, as numbers. */
function floats(data: unknown): Float32Array | undefined {
  if (isArray<Float32Array>(data, 'Float32Array')) return data
  if (isArray<Uint16Array>(data, 'Uint16Array')) return fromHalves(data)
  return isArray<ArrayLike<number>>(data, 'Float16Array') ? Float32Array.from(data) : undefined
}

/** Turns each row of logits into probabilities, in place. */
function softmaxRows(values: Float32Array, count: number): void {
  for (let from = 0; from < values.length; from += count) {
    const row = values.subarray(from, from + count)
    const most = row.reduce((a, b) => Math.max(a, b))
    let sum = 0
    for (const value of row) sum += Math.exp(value - most)
    for (let i = 0; i < count; i++) row[i] = Math.exp(row[i]! - most) / sum
  }
}
