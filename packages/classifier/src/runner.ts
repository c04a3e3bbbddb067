import { type Hints, hintsOf, type ModelDescription, type ModelOptions } from './description.ts'
import { ClassifierError } from './errors.ts'
import { feedOf } from './feed.ts'
import { fromHalves } from './half.ts'
import { indexOfMax, softmaxRows } from './scores.ts'
import type { Session, TensorFactory } from './session.ts'
import { type Signature, signatureOf } from './signature.ts'
import type { Predictions } from './types.ts'

/** A model that is open somewhere: here, in a worker, on another machine. */
export interface Runner {
  readonly model: ModelDescription
  /** Classifies `rows` images of raw pixels in one run. */
  run(pixels: Uint8Array, rows: number): Promise<Predictions>
  /** Lets go of the model. Not to be called while a run is under way. */
  release(): Promise<void>
}

/** What a runner is made of: a session with the runtime's tensors, and what is known of the model. */
export interface RunnerParts {
  /** Owned by the runner from then on. */
  session: Session
  tensor: TensorFactory
  /** From `describeModel`; or the file's bytes, of any image classifier, with what the caller says of it. */
  model: ModelDescription | { bytes: Uint8Array; given?: ModelOptions }
  /** What errors call the model. Default `the model`. */
  name?: string
}

/**
 * Makes a runner of an onnxruntime session. A model that was not made by pixelrow is run once on a test image, to learn its number of classes and
 * whether its output still needs a softmax. Throws a `ClassifierError`, and releases the session, where inputs and outputs are not what they should be.
 */
export async function openRunner({ session, tensor, model, name = 'the model' }: RunnerParts): Promise<Runner> {
  try {
    const hints: Hints = 'bytes' in model ? hintsOf(model.bytes, name, model.given) : { described: model }
    const signature = signatureOf(session, hints, name)
    const raw = rawRunner(session, tensor, signature, hints, name)
    const { description, softmax } = hints.described
      ? { description: hints.described, softmax: false }
      : await probed(raw, signature, hints, name)
    return {
      model: description,
      run: async (pixels, rows) =>
        scored(await raw(pixels, rows), rows, { count: description.classes.length, softmax, name }),
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

interface Raw {
  scores: Float32Array
  labels?: BigInt64Array
}

/** Feeds and fetches; a model of a fixed batch gets whole batches, filled up with zeros. */
function rawRunner(session: Session, tensor: TensorFactory, signature: Signature, hints: Hints, name: string) {
  const { input, type, imageDims, batch, output, label } = signature
  const feed = feedOf(signature, hints, name)
  const fetches = label ? [output, label] : [output]
  const once = async (pixels: Uint8Array, rows: number): Promise<Raw> => {
    const results = await session.run({ [input]: tensor(type, feed(pixels, rows), [rows, ...imageDims]) }, fetches)
    const scores = floatsOf(results[output]?.data)
    if (!scores || scores.length % rows !== 0)
      throw new ClassifierError(`${name}: expected float scores of ${rows} images from output '${output}'`)
    const labels = label ? results[label]?.data : undefined
    return isArray<BigInt64Array>(labels, 'BigInt64Array') ? { scores, labels } : { scores }
  }
  if (batch === undefined) return once
  return async (pixels: Uint8Array, rows: number): Promise<Raw> => {
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
  raw: (pixels: Uint8Array, rows: number) => Promise<Raw>,
  { shape }: Signature,
  { classes, softmax }: Hints,
  name: string,
): Promise<{ description: ModelDescription; softmax: boolean }> {
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
  return { description: { classes: names, shape, maxValue: 255 }, softmax: softmax ?? !isDistribution }
}

function scored(
  { scores, labels: given }: Raw,
  rows: number,
  { count, softmax, name }: { count: number; softmax: boolean; name: string },
): Predictions {
  if (scores.length !== rows * count)
    throw new ClassifierError(`${name}: expected float32 probabilities [${rows}, ${count}] as its classes say`)
  // A copy: the runtime may use its memory again.
  const probabilities = scores.slice()
  if (softmax) softmaxRows(probabilities, count)
  const labels = new Uint16Array(rows)
  for (let row = 0; row < rows; row++) {
    const best = indexOfMax(probabilities, row * count, count)
    if (Number.isNaN(best))
      throw new ClassifierError(
        `${name}: image ${row}: the model gives NaN for a class. Its weights are damaged, or the image is beyond what it can take`,
      )
    labels[row] = given ? Number(given[row]) : best
  }
  return { labels, probabilities }
}

/** float32 as it is; float16 comes as its bits or, from newer JavaScript engines, as numbers. */
function floatsOf(data: unknown): Float32Array | undefined {
  if (isArray<Float32Array>(data, 'Float32Array')) return data
  if (isArray<Uint16Array>(data, 'Uint16Array')) return fromHalves(data)
  return isArray<ArrayLike<number>>(data, 'Float16Array') ? Float32Array.from(data) : undefined
}

/** `instanceof` would refuse arrays of another realm, as test runners make them. */
function isArray<T>(value: unknown, type: string): value is T {
  return Object.prototype.toString.call(value) === `[object ${type}]`
}
