import { type Preparation, strictPreparation } from '@pixelrow/model'
import { float32, type GraphBuilder, int, type Value } from '@pixelrow/onnx'
import { ExportError } from '../error.ts'
import type { Artifacts } from './artifacts.ts'
import { cast, nary, scalar, unary } from './elementwise.ts'
import type { Port } from './plan.ts'
import { along } from './reduce.ts'
import { constant, emit, plain, type Signal, type Site, toPlain } from './signal.ts'

/** What makes a classifier of pictures of a model: raw bytes go in, a label and probabilities come out. */
export interface TfjsClassifier {
  /** Names of the classes, in the order of the model's output. A model with one output between 0 and 1 has two. */
  classes: readonly string[]
  /** The model's input is byte × scale + offset. Default 1/255. */
  scale?: number
  /** Default 0. */
  offset?: number
  /** What the output is: `probabilities`, or `logits` that a softmax makes such. Default: what its last operator says. */
  output?: 'probabilities' | 'logits'
  /** How a picture of another size is brought to the model's, for the metadata. Default: not stated. */
  resize?: Preparation['resize']
}

/** Labels and preprocessing of a Teachable Machine image model, by the metadata.json of its download. */
export function teachableMachine({ metadata }: Artifacts): TfjsClassifier | undefined {
  const { packageName, labels } = (metadata ?? {}) as { packageName?: unknown; labels?: unknown }
  const isImage = typeof packageName === 'string' && packageName.startsWith('@teachablemachine/image')
  if (!isImage || !Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined
  return { classes: labels, scale: 1 / 127, offset: -1, output: 'probabilities', resize: 'cover' }
}

/** The size of the pictures that the model's input takes; throws where it takes no pictures. */
export function pictureOf(
  { inputs }: { inputs: readonly Port[] },
  label: string,
): { height: number; width: number; channels: number } {
  const [input, ...more] = inputs
  const [, height, width, channels] = input?.dims ?? []
  const sizes = [height, width, channels].every((size) => typeof size === 'number')
  if (input && more.length === 0 && input.dims.length === 4 && input.dataType === 'float32' && sizes)
    return { height: height as number, width: width as number, channels: channels as number }
  const found = inputs
    .map(({ name, dataType, dims }) => `${name}: ${dataType}[${dims.map((dim) => dim || '?')}]`)
    .join(', ')
  throw new ExportError(
    `${label}: a classifier takes one input float32[N, height, width, channels] of known size, found ${found}. Pass inputShapes, or leave classifier out.`,
    { code: 'EXPORT_UNSUPPORTED', params: { expected: 'one input float32[N, height, width, channels]', found } },
  )
}

/** The input `pixels`, bytes, scaled to what the model takes. */
export function bytesInput(site: Site, dims: Port['dims'], { scale = 1 / 255, offset = 0 }: TfjsClassifier): Signal {
  const pixels = plain(site.lowering.g.input('pixels', 'uint8', ['N', ...dims.slice(1)]))
  const scaled = nary(site, 'Mul', [cast(site, pixels, 'float32'), scalar(scale)])
  return offset === 0 ? scaled : nary(site, 'Add', [scaled, scalar(offset)])
}

/** Appends `probabilities` and `label` to a model's output. */
export function classify(site: Site, scores: Signal, options: TfjsClassifier): { probabilities: Value; label: Value } {
  const probabilities = toPlain(site, probabilitiesOf(site, scores, options)).value
  const label = emit(site, 'ArgMax', [probabilities], { axis: int(1), keepdims: int(0) })
  return { probabilities, label }
}

function probabilitiesOf(site: Site, given: Signal, { classes, output }: TfjsClassifier): Signal {
  const scores = toPlain(site, given)
  const count = scores.dims.length === 2 ? scores.dims[1] : undefined
  const single = count === 1 && classes.length === 2
  if (count !== classes.length && !single)
    throw new ExportError(
      `${site.subject}: expected one score for each of ${classes.length} classes, found an output [${scores.dims}].`,
      { code: 'EXPORT_CLASSES', params: { classes: classes.length, dims: scores.dims } },
    )
  const last = producer(site.lowering.g, scores.value)
  const kind = output ?? (last === 'Softmax' || (single && last === 'Sigmoid') ? 'probabilities' : 'logits')
  if (output === undefined && !single && last === 'Sigmoid')
    throw new ExportError(
      `${site.subject}: its last operator is a Sigmoid, so several classes may hold at once. Pass output: 'probabilities' or 'logits'.`,
      { code: 'EXPORT_INPUT', params: { what: 'output', expected: 'probabilities or logits', found: 'Sigmoid' } },
    )
  if (!single) return kind === 'probabilities' ? scores : along(site, 'Softmax', scores, -1)
  return bothClasses(site, kind === 'probabilities' ? scores : unary(site, 'Sigmoid', scores))
}

/** Of the second class' probability, both. */
function bothClasses(site: Site, second: Signal): Signal {
  const first = emit(site, 'Sub', [constant(site, 'one', float32(1)), second.value])
  return plain(emit(site, 'Concat', [first, second.value], { axis: int(1) }))
}

/** The operator that made a value; what only reshapes is looked through. */
function producer(g: GraphBuilder, { name }: Value): string {
  const node = g.nodes.find(({ outputs }) => outputs.includes(name))
  if (!node) return ''
  return node.opType === 'Reshape' || node.opType === 'Identity' ? producer(g, g.valueOf(node.inputs[0]!)) : node.opType
}

/** What @pixelrow/classifier reads in the file. */
export function classifierMetadata(
  picture: ReturnType<typeof pictureOf>,
  { classes, resize }: TfjsClassifier,
): Record<string, string> {
  const shape = { ...picture, channelOrder: 'interleaved' as const }
  const { height, width, channels } = picture
  const preparation = resize && { size: [height, width], resize, color: channels === 1 ? 'grey' : 'rgb', background: 0 }
  return {
    'pixelrow.classes': JSON.stringify(classes),
    'pixelrow.shape': JSON.stringify(shape),
    'pixelrow.max_value': '255',
    ...(preparation && { 'pixelrow.preparation': JSON.stringify(strictPreparation(preparation, shape)) }),
  }
}
