import {
  formatArchitecture,
  type Model,
  parameters,
  requireFinite,
  strictPreparation,
  validateModel,
} from '@pixelrow/model'
import { forward, type InputKind, inputDims, inputType } from '@pixelrow/network'
import { float32, type Graph, type GraphBuilder, graphBuilder, int, type Value, write } from '@pixelrow/onnx'
import { fold } from './fold.ts'
import { named } from './names.ts'
import { checked, inputKind } from './options.ts'
import { unfoldedOf } from './unfold.ts'

/** Version of the metadata's layout, for readers. */
export const format = '1'

/** Options of `toOnnx`. */
export interface ToOnnxOptions {
  /**
   * Shape of the `pixels` input. `flat` (default) is `[N, height × width × channels]`, as rows come out of a table;
   * `image` is `[N, height, width, channels]`, or `[N, channels, height, width]` when the model's pixels are planar.
   */
  input?: InputKind
}

/**
 * A model as one ONNX file (IR 8, opset 17) that any runtime can use as it is.
 *
 * Input `pixels`: uint8 of 0..maxValue, or the floats that the model was trained on, with a batch of any size N; scaling and normalisation are inside. Outputs
 * `probabilities`, float32 `[N, classes]`, rows that sum to 1, and `label`, int64 `[N]`, the index of the largest one.
 * Batch normalisation uses its running statistics; where it directly follows a convolution or a dense layer, it is
 * multiplied into their weights. Dropout is left out. The metadata holds `pixelrow.format`, `.architecture`,
 * `.parameters`, `.classes`, `.shape` and `.max_value`; `.data_type` where it takes floats, `.preparation` where there is one, and `.unfolded`, from which
 * `fromOnnx` gets the weights before that multiplication, where there was one. Equal models give equal bytes. Throws a
 * `ModelError` when the model does not hold together, or a weight is no finite number.
 */
export function toOnnx(model: Model, options: ToOnnxOptions = {}): Uint8Array {
  checked('toOnnx', options, { input: inputKind })
  validateModel(model)
  const folded = finiteFold(model)
  return write({
    irVersion: 8,
    opsets: { '': 17 },
    producerName: 'pixelrow',
    graph: graphOf(folded, options.input ?? 'flat'),
    metadata: { ...metadataOf(model, layersMetadata(model)), ...unfoldedMetadata(model, folded) },
  })
}

/** `fold`, whose products of finite numbers need not be finite. */
export function finiteFold(model: Model): Model {
  const folded = fold(model)
  requireFinite(folded.weights, 'The folded weights')
  return folded
}

/** The inference graph of a valid model. */
export function graphOf({ architecture, weights }: Model, input: InputKind): Graph {
  const g = graphBuilder('pixelrow')
  const pixels = g.input('pixels', inputType(architecture.input), inputDims(architecture.input, input))
  const logits = forward({ g, parameter: constantsFrom(g, weights) }, architecture, pixels)
  return answer(g, g.op('Softmax', [logits], { axis: int(-1) }, named('probabilities/Softmax', 'probabilities')))
}

/** A model's arrays as constants of their own names, behind `prefix` where there are several models. */
export function constantsFrom(g: GraphBuilder, weights: Model['weights'], prefix = ''): (name: string) => Value {
  return (name) => {
    const { data, dims } = weights[name]!
    return g.constant(float32(data, dims), `${prefix}${name}`)
  }
}

/** Ends a graph: makes the probabilities its output of that name, and their largest one its label. */
export function answer(g: GraphBuilder, probabilities: Value): Graph {
  // Of the probabilities, not the logits: two logits may round to one probability, and both outputs must agree.
  const largest = { axis: int(1), keepdims: int(0) }
  const label = g.op('ArgMax', [probabilities], largest, named('label/ArgMax', 'label'))
  g.output(probabilities, 'probabilities')
  g.output(label)
  return g.build()
}

/** Only where something was folded, so that other files stay as small as they are. */
function unfoldedMetadata(model: Model, folded: Model): Record<string, string> {
  const unfolded = unfoldedOf(model, folded)
  return Object.keys(unfolded).length ? { 'pixelrow.unfolded': JSON.stringify(unfolded) } : {}
}

function layersMetadata({ architecture }: Model): Record<string, string> {
  return {
    'pixelrow.architecture': formatArchitecture(architecture),
    'pixelrow.parameters': JSON.stringify(parameters(architecture).map(({ name }) => name)),
  }
}

/** What a file says of itself: `content` is its layers, in one way or another. */
export function metadataOf(
  { architecture, classes, preparation }: Model,
  content: Record<string, string>,
): Record<string, string> {
  const { input } = JSON.parse(formatArchitecture(architecture))
  return {
    'pixelrow.format': format,
    ...content,
    'pixelrow.classes': JSON.stringify(classes),
    'pixelrow.shape': JSON.stringify(input.shape),
    'pixelrow.max_value': String(input.maxValue),
    ...(input.dataType && { 'pixelrow.data_type': JSON.stringify(input.dataType) }),
    ...(preparation && { 'pixelrow.preparation': JSON.stringify(strictPreparation(preparation, input.shape)) }),
  }
}
