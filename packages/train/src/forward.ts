import type { Architecture, InputLayer } from '@pixelrow/model'
import { float32, type GraphBuilder, int64, ints, type Value } from '@pixelrow/onnx'
import { applyLayers, type LayerContext } from './layers.ts'

/** Appends the network to `g`: from raw pixel bytes `[N, imageBytes]` to logits `[N, classes]`. */
export function forward(context: LayerContext, { input, layers }: Architecture, pixels: Value): Value {
  // A row of one channel is the flat image already; only a layer that wants an image needs its shape.
  const asImage = input.shape.channels > 1 || layers[0]?.type !== 'flatten'
  return applyLayers(context, layers, inputLayer(context.g, input, pixels, asImage), '')
}

/**
 * The one place where a byte becomes a float: scaled to 0..1, then `(x − mean) / std` where given, in channel, row, column order:
 * `[N, channels, height, width]`, or as it lies in the row.
 */
function inputLayer(
  g: GraphBuilder,
  { shape, maxValue, mean, std }: InputLayer,
  pixels: Value,
  asImage: boolean,
): Value {
  const { height, width, channels } = shape
  let x = g.op('Cast', [pixels], { to: { int: 1 } })
  x = g.op('Mul', [x, g.constant(float32(1 / maxValue))])
  if (asImage) {
    const interleaved = channels > 1 && shape.channelOrder === 'interleaved'
    const dims = interleaved ? [0, height, width, channels] : [0, channels, height, width]
    x = g.op('Reshape', [x, g.constant(int64(dims))])
    if (interleaved) x = g.op('Transpose', [x], { perm: ints([0, 3, 1, 2]) })
  }
  const perChannel = asImage ? [channels, 1, 1] : [1]
  if (mean) x = g.op('Sub', [x, g.constant(float32(mean, perChannel))])
  if (std) x = g.op('Div', [x, g.constant(float32(std, perChannel))])
  return x
}
