import { fromHalf } from '../../../../../common/half.ts'
import { ClassifierError } from '../../errors.ts'
import { isArray, labelled, type RawRun, rawRun } from '../../run.ts'
import type { RawSignature, Runner, RunnerParts, Session } from '../../session.ts'
import type { ImageShape, ModelOptions } from '../../types.ts'
import { metadataOf, scoresError, unsuitable } from '../sentences.ts'
import { classNames, foreignClasses, type LabelOutput, labelOutput, type Trial } from './classes.ts'
import { type FileGraph, mapOutputs, mapsError, readGraph, withScores } from './graph.ts'
import { feedOf, foreignSignature, isScores, scalingError } from './signature.ts'

/** What a model that is not ours is opened with. */
interface Foreign extends Pick<RunnerParts, 'session' | 'tensor' | 'reopen'> {
  bytes: Uint8Array
  given?: ModelOptions
  name: string
}

/**
 * Makes a runner of a model that is not ours. It is run on a test image, to learn its number of classes and whether its output still needs a softmax, and
 * on some more where it has labels that the graph does not explain. A part of its own, which a page that has a model of pixelrow never loads.
 */
export async function openForeign(foreign: Foreign): Promise<Runner> {
  const { bytes, given = {}, name, tensor } = foreign
  const graph = readGraph(bytes)
  const session = await withoutMaps(foreign, graph)
  const hints = hintsOf(metadataOf(bytes, name), name, given)
  const signature = foreignSignature(session, hints, name)
  const scaling = (['scale', 'mean', 'std'] as const).filter((option) => given[option] !== undefined)
  if (signature.type === 'uint8' && scaling.length > 0) throw scalingError(name, scaling)
  const { shape, output, batch } = signature
  const label = labelOutput(session, graph, output)
  const wanted = { ...signature, ...(label && { label: label.name }) }
  const once = resultsOf(rawRun(session, tensor, wanted, feedOf(signature, hints, name)), wanted, name)
  const run = batch === undefined ? once : inBatches(once, batch)
  const { softmax, ...tried } = await probed(run, { shape, hints, label, name })
  const found = foreignClasses({ name, graph, scores: output, hints, given, label, ...tried })
  const { classes, classesFrom, places } = found
  return {
    model: { classes, classesFrom, shape, maxValue: 255 },
    async run(pixels, rows) {
      const { scores, labels } = await run(pixels, rows)
      const told = { count: classes.length, name }
      const predictions = await labelled(softmax ? softmaxRows(scores, classes.length) : scores, rows, told)
      if (!places) return predictions
      if (!labels) throw scoresError(name, rows, label!.name)
      return { ...predictions, labels: places(labels) }
    },
    release: () => session.release(),
  }
}

/** The session, or another of the same file, in which scores are no list of maps. */
async function withoutMaps({ session, bytes, reopen, name }: Foreign, graph: FileGraph | undefined): Promise<Session> {
  const maps = graph ? mapOutputs(graph) : []
  if (!graph || maps.length === 0 || session.outputMetadata?.some(isScores)) return session
  if (!reopen) throw mapsError(name, maps)
  return reopen(withScores(bytes, graph))
}

/** What is known of a foreign model before it is opened, from any metadata that says it; what the caller says comes first. */
function hintsOf(metadata: Record<string, string>, name: string, given: ModelOptions): ModelOptions {
  const classes = classNames(metadata)
  return { ...(classes && { classes }), ...bitmapHints(metadata, name), ...given }
}

/** ONNX's own words for images (MetadataProps.md). */
function bitmapHints(metadata: Record<string, string>, name: string): ModelOptions {
  const range = metadata['Image.NominalPixelRange']
  const ranges: Record<string, ModelOptions> = {
    NominalRange_0_255: { scale: 1 },
    Normalized_0_1: { scale: 1 / 255 },
    Normalized_1_1: { scale: 1 / 127.5, mean: 1 },
  }
  if (range !== undefined && !ranges[range]) throw rangeError(name, Object.keys(ranges), range)
  const isBgr = /^Bgr/i.test(metadata['Image.BitmapPixelFormat'] ?? '')
  return { ...(range !== undefined && ranges[range]), ...(isBgr && { colors: 'bgr' }) }
}

function rangeError(name: string, ranges: readonly string[], found: string): ClassifierError {
  const [key, expected] = ['Image.NominalPixelRange', ranges.join(', ')]
  return new ClassifierError(
    `${name}: metadata ${key}: expected ${expected}, found ${found}. Say what the model wants by scale, mean and std`,
    { code: 'CLASSIFIER_METADATA_INVALID', params: { name, key, expected, found } },
  )
}

/** What a run gives: scores, and the file's labels as texts where it has one for each row. */
interface Results {
  scores: Float32Array
  labels?: readonly string[]
}

type Run = (pixels: Uint8Array, rows: number) => Promise<Results>

/** Runs that are looked at: scores for each row. Throws a `ClassifierError` for what are none. */
function resultsOf(raw: RawRun, { output }: RawSignature, name: string): Run {
  return async (pixels, rows) => {
    const found = await raw(pixels, rows)
    const scores = floats(found.scores)
    if (!scores || scores.length % rows !== 0) throw scoresError(name, rows, output)
    const labels = found.labels as ArrayLike<unknown> | undefined
    return { scores, ...(labels?.length === rows && { labels: Array.from(labels, String) }) }
  }
}

/** A model of a fixed batch gets whole batches, filled up with zeros. */
function inBatches(once: Run, batch: number): Run {
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
async function probed(
  run: Run,
  { shape, hints, label, name }: Asked,
): Promise<{ softmax: boolean; count: number; trials: Trial[] }> {
  const images = testImages(shape.height * shape.width * shape.channels)
  const results: Results[] = []
  for (const image of label && !label.labelling ? images : images.slice(0, 1)) results.push(await run(image, 1))
  const { scores } = results[0]!
  if (scores.length < 2)
    throw unsuitable(
      name,
      'a score for each of at least two classes',
      scores.length,
      ' value in all. Is it a classifier? If so, say which output',
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
