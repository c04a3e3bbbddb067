import { formatArchitecture, type InputLayer, type Model, validateModel } from '@pixelrow/model'
import {
  applyLayers,
  type InputKind,
  imageDims,
  inputDims,
  inputLayer,
  inputType,
  reshape,
  takesImage,
} from '@pixelrow/network'
import {
  type Graph,
  type GraphBuilder,
  graphBuilder,
  int,
  int64,
  ints,
  string,
  type Value,
  write,
} from '@pixelrow/onnx'
import { whole } from '../../../common/options.ts'
import { placesOf } from './classes.ts'
import { type Shift, shiftsOf } from './ensemble.ts'
import { ExportError } from './error.ts'
import { named } from './names.ts'
import { checked, inputKind } from './options.ts'
import { answer, constantsFrom, finiteFold, metadataOf } from './toonnx.ts'

/** Options of `merge`. */
export interface MergeOptions {
  /** Each image is also classified moved by so many pixels up, down, left and right, 0 (default) to a quarter of its side. */
  shift?: number
  /** Shape of the `pixels` input, as in `toOnnx`. Default `flat`. */
  input?: InputKind
}

/**
 * Several models as one ONNX file: the mean of their probabilities, and of those of shifted copies of each image where `shift` asks for
 * them (test-time augmentation). Input, outputs and opset are those of `toOnnx`, so whatever runs its files runs this one.
 *
 * The models take the same images (size, range, mean and deviation) and have the same classes; their layers may differ, and classes in
 * another order are put into the first one's, by their texts. Equal models in
 * equal order give equal bytes. The metadata holds `pixelrow.members`, the architectures, and `pixelrow.shift` in the place of
 * `pixelrow.architecture`; `fromOnnx` does not read it back. Throws an `ExportError` where two models do not fit each other, and
 * for a shift that leaves too little of an image; a `ModelError` as `toOnnx` does.
 */
export function merge(models: readonly Model[], options: MergeOptions = {}): Uint8Array {
  const { shift = 0, input = 'flat' } = checked('merge', options, { shift: whole(0), input: inputKind })
  requireAlike(models)
  for (const model of models) validateModel(model)
  const first = models[0]!
  const { height, width } = first.architecture.input.shape
  const shifts = shiftsOf(shift)
  const most = Math.floor(Math.min(height, width) / 4)
  if (shift > most)
    throw new ExportError(`shift is ${shift}: expected at most a quarter of the images' ${height}×${width} pixels.`, {
      code: 'EXPORT_OPTION_INVALID',
      params: { where: 'merge', option: 'shift', expected: `at most ${most}`, found: String(shift) },
    })
  return write({
    irVersion: 8,
    opsets: { '': 17 },
    producerName: 'pixelrow',
    graph: graphOf(models.map(finiteFold), shifts, input, models.map(orderOf(first))),
    metadata: metadataOf(first, {
      'pixelrow.members': JSON.stringify(
        models.map(({ architecture }) => JSON.parse(formatArchitecture(architecture))),
      ),
      'pixelrow.shift': String(shift),
    }),
  })
}

/** Where a model's classes stand in the order of the first one's; nothing where they stand in it. */
const orderOf =
  ({ classes }: Model) =>
  (model: Model): number[] | undefined => {
    const places = placesOf(classes, model.classes, 'merge')
    return places.every((place, at) => place === at) ? undefined : places
  }

function graphOf(
  models: readonly Model[],
  shifts: readonly Shift[],
  kind: InputKind,
  orders: readonly (number[] | undefined)[],
): Graph {
  const g = graphBuilder('pixelrow')
  const { input } = models[0]!.architecture
  const pixels = g.input('pixels', inputType(input), inputDims(input, kind))
  const copies = shifts.length > 1 ? shifted(g, input, pixels, shifts) : pixels
  const images = inputLayer(g, input, copies, { asImage: models.some(({ architecture }) => takesImage(architecture)) })
  const answers = models.map((model, index) => {
    const name = `member_${index + 1}`
    return ordered(g, probabilitiesOf(g, model, name, images), name, orders[index])
  })
  if (shifts.length === 1) return answer(g, meanOf(g, answers, 'probabilities'))
  return answer(g, meanOfCopies(g, meanOf(g, answers, 'members'), shifts.length))
}

/** One model's probabilities; its weights' names begin with its own. */
function probabilitiesOf(g: GraphBuilder, { architecture, weights }: Model, name: string, images: Value): Value {
  const surroundings = { g: g.scope(name), parameter: constantsFrom(g, weights, `${name}.`) }
  const logits = applyLayers(surroundings, architecture.layers, images, { name, path: '' })
  return g.op('Softmax', [logits], { axis: int(-1) }, named(`${name}/Softmax`, `${name}/probabilities`))
}

/** Probabilities in another order of the classes. */
function ordered(g: GraphBuilder, probabilities: Value, name: string, order: readonly number[] | undefined): Value {
  if (!order) return probabilities
  const places = g.constant(int64(order), `${name}/classes`)
  return g.op('Gather', [probabilities, places], { axis: int(1) }, named(`${name}/Gather`, `${name}/ordered`))
}

function meanOf(g: GraphBuilder, answers: readonly Value[], output: string): Value {
  return answers.length > 1 ? g.op('Mean', answers, {}, named(`${output}/Mean`, output)) : answers[0]!
}

/** Copies of the raw images one batch after the other: `[copies × N, …]`. */
function shifted(g: GraphBuilder, input: InputLayer, pixels: Value, shifts: readonly Shift[]): Value {
  const dims = imageDims(input)
  const { height, width } = input.shape
  const axis = input.shape.channelOrder === 'planar' ? 2 : 1
  const most = Math.max(...shifts.flat().map(Math.abs))
  const images = pixels.dims.length > 2 ? pixels : reshape(g, pixels, dims, 'shift/image')
  // Padded once by the furthest shift; each copy is a window of that.
  const around = [0, 1, 2, 3].map((at) => (at === axis || at === axis + 1 ? most : 0))
  const padded = g.op(
    'Pad',
    [images, g.constant(int64([...around, ...around]), 'shift/pads')],
    // Nobody says which float is black.
    input.dataType ? { mode: string('edge') } : {},
    named('shift/Pad', 'shift/padded'),
  )
  const copies = shifts.map(([down, right], index) => {
    if (down === 0 && right === 0) return images
    const starts = [most - down, most - right]
    const bounds = [starts, [starts[0]! + height, starts[1]! + width], [axis, axis + 1]]
    const label = `shift/copy_${index}`
    return g.op(
      'Slice',
      [padded, ...bounds.map((values) => g.constant(int64(values)))],
      {},
      named(`${label}/Slice`, label),
    )
  })
  return g.op('Concat', copies, { axis: int(0) }, named('shift/Concat', 'shift/copies'))
}

function meanOfCopies(g: GraphBuilder, probabilities: Value, copies: number): Value {
  const classes = Number(probabilities.dims[1])
  const shape = g.constant(int64([copies, -1, classes]), 'copies/shape')
  const apart = g.op('Reshape', [probabilities, shape], {}, named('copies/Reshape', 'copies'))
  const options = {
    ...named('probabilities/ReduceMean', 'probabilities'),
    types: [{ dataType: 'float32', dims: ['N', classes] }] as const,
  }
  return g.op('ReduceMean', [apart], { axes: ints([0]), keepdims: int(0) }, options)
}

/** What all members must have in common, as text. */
const common = {
  images: ({ architecture }: Model) => JSON.stringify(JSON.parse(formatArchitecture(architecture)).input),
  classes: ({ classes }: Model) => JSON.stringify([...classes].sort()),
  'preparation of pictures': ({ preparation }: Model) => JSON.stringify(preparation ?? 'none'),
}

function requireAlike(models: readonly Model[]): void {
  const [first, ...others] = models
  if (!first) {
    const params = { what: 'models', expected: 'one or more', found: 'none' }
    throw new ExportError('There are no models to merge; expected one or more.', { code: 'EXPORT_INPUT', params })
  }
  others.forEach((model, index) => {
    for (const [what, textOf] of Object.entries(common)) {
      const [expected, found] = [textOf(first), textOf(model)]
      if (found === expected) continue
      const difference = `its ${what}: ${found.slice(0, 200)}; the first one's: ${expected.slice(0, 200)}`
      throw new ExportError(`Model ${index + 2} answers another question, ${difference}. Merge models of one table.`, {
        code: what === 'classes' ? 'EXPORT_CLASSES' : 'EXPORT_REFUSED',
        params: { model: index + 2, what, expected, found },
      })
    }
  })
}
