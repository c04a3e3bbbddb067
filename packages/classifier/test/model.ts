import { type Model, type Tensor, write } from '@pixelrow/onnx'

/** A small linear classifier whose answers are easy to compute by hand. */
export interface TestModel {
  height: number
  width: number
  channels: number
  maxValue: number
  classes: string[]
  /** `[height × width × channels, classes]`, row-major. */
  weight: Float32Array
}

/** 2×2 grey images, values 0..16, three classes: the brightest of the first three pixels wins. */
export const corners: TestModel = {
  height: 2,
  width: 2,
  channels: 1,
  maxValue: 16,
  classes: ['left', 'right', 'below'],
  weight: Float32Array.from([4, 0, 0, 0, 4, 0, 0, 0, 4, 0.5, 0.25, 0]),
}

/** Softmax regression in float64, for comparison. */
export function expectedProbabilities(model: TestModel, pixels: ArrayLike<number>): number[] {
  const { classes, weight, maxValue } = model
  const exps = classes.map((_, k) =>
    Math.exp(Array.from(pixels).reduce((sum, x, i) => sum + (x / maxValue) * weight[i * classes.length + k]!, 0)),
  )
  const total = exps.reduce((a, b) => a + b)
  return exps.map((x) => x / total)
}

/** What tests spoil in a file. */
export interface Changes {
  metadata?: Record<string, string> | undefined
  irVersion?: number
  opset?: number
  /** Dimensions of the input behind the batch. Default flat. */
  imageDims?: number[]
  /** Leaves the `label` output out. */
  withoutLabel?: boolean
  probabilitiesName?: string
}

/** Writes the model as the ONNX file that pixelrow exports. */
export function onnxOf(model: TestModel, changes: Changes = {}): Uint8Array {
  const { metadata = metadataOf(model), irVersion = 8, opset = 17, withoutLabel } = changes
  return write({ irVersion, opsets: { '': opset }, metadata, graph: graphOf(model, changes, withoutLabel) })
}

/** The metadata that goes with it. */
export function metadataOf({ height, width, channels, maxValue, classes }: TestModel): Record<string, string> {
  return {
    'pixelrow.classes': JSON.stringify(classes),
    'pixelrow.shape': JSON.stringify({ height, width, channels, channelOrder: 'interleaved' }),
    'pixelrow.max_value': String(maxValue),
  }
}

function graphOf(model: TestModel, changes: Changes, withoutLabel = false): Model['graph'] {
  const size = model.height * model.width * model.channels
  const classes = model.classes.length
  const { imageDims = [size], probabilitiesName = 'probabilities' } = changes
  const node = (opType: string, inputs: string[], output: string, attributes = {}) => {
    return { opType, domain: '', name: opType, inputs, outputs: [output], attributes }
  }
  return {
    name: 'test',
    nodes: [
      node('Cast', ['pixels'], 'floats', { to: { int: 1 } }),
      node('Flatten', ['floats'], 'flat', { axis: { int: 1 } }),
      node('Div', ['flat', 'max'], 'scaled'),
      node('MatMul', ['scaled', 'weight'], 'logits'),
      node('Softmax', ['logits'], probabilitiesName, { axis: { int: -1 } }),
      ...(withoutLabel ? [] : [node('ArgMax', ['logits'], 'label', { axis: { int: 1 }, keepdims: { int: 0 } })]),
    ],
    inputs: [{ name: 'pixels', type: { dataType: 'uint8', dims: ['N', ...imageDims] } }],
    outputs: [
      { name: probabilitiesName, type: { dataType: 'float32', dims: ['N', classes] } },
      ...(withoutLabel ? [] : [{ name: 'label', type: { dataType: 'int64' as const, dims: ['N'] } }]),
    ],
    initializers: [tensor('max', [], Float32Array.of(model.maxValue)), tensor('weight', [size, classes], model.weight)],
  }
}

function tensor(name: string, dims: number[], data: Float32Array): Tensor {
  return { name, dataType: 'float32', dims, data }
}
