import { ClassifierError, isArray, loadDescriptions, type RawRun, rawRun } from './core.ts'
import type { ModelOptions } from './description.ts'
import { feedOf } from './feed.ts'
import { foreignSignature } from './foreign-signature.ts'
import { fromHalves } from './half.ts'
import { hintsOf } from './hints.ts'
import { labelled } from './labels.ts'
import { scoresError } from './refusals.ts'
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
  const { metadataOf } = await loadDescriptions()
  const hints = hintsOf(metadataOf(bytes, name), name, given)
  const signature = foreignSignature(session, hints, name)
  const once = scoresOf(rawRun(session, tensor, signature, feedOf(signature, hints, name)), signature, name)
  const raw = signature.batch === undefined ? once : inBatches(once, signature.batch)
  const { classes, softmax } = await probed(raw, signature, hints, name)
  const count = classes.length
  return {
    model: { classes, shape: signature.shape, maxValue: 255 },
    async run(pixels, rows) {
      const scores = await raw(pixels, rows)
      return labelled(softmax ? softmaxRows(scores, count) : scores, rows, { count, name })
    },
    release: () => session.release(),
  }
}

/** Scores of a run. */
type Scores = (pixels: Uint8Array, rows: number) => Promise<Float32Array>

function scoresOf(raw: RawRun, { output }: Signature, name: string): Scores {
  return async (pixels, rows) => {
    const scores = floats((await raw(pixels, rows)).scores)
    if (!scores || scores.length % rows !== 0) throw scoresError(name, rows, output)
    return scores
  }
}

/** A model of a fixed batch gets whole batches, filled up with zeros. */
function inBatches(once: Scores, batch: number): Scores {
  return async (pixels, rows) => {
    const size = pixels.length / rows
    const parts: Float32Array[] = []
    for (let from = 0; from < rows; from += batch) {
      const full = new Uint8Array(batch * size)
      full.set(pixels.subarray(from * size, Math.min(from + batch, rows) * size))
      parts.push(await once(full, batch))
    }
    const each = parts[0]!.length / batch
    const scores = new Float32Array(rows * each)
    for (const [i, part] of parts.entries()) scores.set(part.subarray(0, (rows - i * batch) * each), i * batch * each)
    return scores
  }
}

/** What one run on an image of noise tells. */
async function probed(
  raw: Scores,
  { shape }: Signature,
  { classes, softmax }: ModelOptions,
  name: string,
): Promise<{ classes: readonly string[]; softmax: boolean }> {
  const image = Uint8Array.from(
    { length: shape.height * shape.width * shape.channels },
    (_, i) => ((i * 2654435761) >>> 13) & 255,
  )
  const scores = await raw(image, 1)
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
  if (isArray<Float32Array>(data, 'Float32')) return data
  if (isArray<Uint16Array>(data, 'Uint16')) return fromHalves(data)
  return isArray<ArrayLike<number>>(data, 'Float16') ? Float32Array.from(data) : undefined
}

/** The probabilities of each row of logits. */
function softmaxRows(logits: Float32Array, count: number): Float32Array {
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
