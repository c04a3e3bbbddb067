import type { ActivationLayer, Architecture, DenseLayer, InputLayer, Layer } from '@pixelrow/model'
import { float32, type GraphBuilder, int64, ints, type Value } from '@pixelrow/onnx'

/** Appends the network to `g`: from raw pixel bytes `[N, imageBytes]` to logits `[N, classes]`. `weight` finds a parameter by name. */
export function forward(
  g: GraphBuilder,
  architecture: Architecture,
  pixels: Value,
  weight: (name: string) => Value,
): Value {
  let x = inputLayer(g, architecture.input, pixels)
  architecture.layers.forEach((layer, index) => {
    x = applyLayer(g, layer, x, (parameter) => weight(`${index}.${parameter}`))
  })
  return x
}

/**
 * The one place where a byte becomes a float: scaled to 0..1, then `(x − mean) / std` where given, in channel, row, column order.
 * An image of one channel stays a row `[N, height · width]`; one of several becomes `[N, channels, height, width]`.
 */
function inputLayer(g: GraphBuilder, { shape, maxValue, mean, std }: InputLayer, pixels: Value): Value {
  const { height, width, channels } = shape
  let x = g.op('Cast', [pixels], { to: { int: 1 } })
  x = g.op('Mul', [x, g.constant(float32(1 / maxValue))])
  if (channels > 1) {
    const planar = shape.channelOrder === 'planar'
    const dims = planar ? [0, channels, height, width] : [0, height, width, channels]
    x = g.op('Reshape', [x, g.constant(int64(dims))])
    if (!planar) x = g.op('Transpose', [x], { perm: ints([0, 3, 1, 2]) })
  }
  const perChannel = channels > 1 ? [channels, 1, 1] : [1]
  if (mean) x = g.op('Sub', [x, g.constant(float32(mean, perChannel))])
  if (std) x = g.op('Div', [x, g.constant(float32(std, perChannel))])
  return x
}

type Find = (parameter: string) => Value

function applyLayer(g: GraphBuilder, layer: Layer, x: Value, weight: Find): Value {
  switch (layer.type) {
    case 'flatten':
      return flatten(g, x)
    case 'dense':
      return dense(g, layer, x, weight)
    default:
      return activation(g, layer, x)
  }
}

function flatten(g: GraphBuilder, x: Value): Value {
  return x.dims.length === 2 ? x : g.op('Reshape', [x, g.constant(int64([0, -1]))])
}

function dense(g: GraphBuilder, layer: DenseLayer, x: Value, weight: Find): Value {
  return g.op('Gemm', [x, weight('weight'), layer.bias === false ? undefined : weight('bias')])
}

const ACTIVATIONS: Record<ActivationLayer['type'], string> = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }

function activation(g: GraphBuilder, layer: ActivationLayer, x: Value): Value {
  return g.op(ACTIVATIONS[layer.type], [x])
}
