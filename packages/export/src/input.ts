import type { InputLayer } from '@pixelrow/model'
import { dataTypeCode, float32, type GraphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'

/** How the pixels arrive: `flat` is `[N, height × width × channels]`, `image` keeps the axes in the model's own order. */
export type InputKind = 'flat' | 'image'

/** Dimensions of the `pixels` input; images are `[N, H, W, C]`, or `[N, C, H, W]` when the model's pixels are planar. */
export function inputDims({ shape }: InputLayer, kind: InputKind): (number | string)[] {
  const { height, width, channels, channelOrder } = shape
  if (kind === 'flat') return ['N', height * width * channels]
  return channelOrder === 'planar' ? ['N', channels, height, width] : ['N', height, width, channels]
}

/**
 * Raw pixels to what the first layer takes: scaled to 0..1, in channel, row, column order, normalised where the model
 * says so. The operators are those of a training graph, so that equal weights give equal numbers. The result is a row
 * `[N, values]` or an image `[N, C, H, W]`, whichever costs nothing.
 */
export function inputLayer(g: GraphBuilder, input: InputLayer, pixels: Value): Value {
  const float32Pixels = g.op('Cast', [pixels], { to: int(dataTypeCode('float32')) }, named('input/Cast', 'input/float'))
  const scale = g.constant(float32(1 / input.maxValue), 'input/scale')
  const scaled = g.op('Mul', [float32Pixels, scale], {}, named('input/Mul', 'input/scaled'))
  return normalize(g, input, channelsFirst(g, input, scaled))
}

/** Several channels become an image when their order or their normalisation asks for one. */
function channelsFirst(g: GraphBuilder, input: InputLayer, x: Value): Value {
  const { height, width, channels, channelOrder } = input.shape
  const interleaved = channels > 1 && channelOrder === 'interleaved'
  const image = interleaved || (channels > 1 && (input.mean ?? input.std))
  if (!image) return x
  if (x.dims.length === 2)
    x = reshape(g, x, interleaved ? [height, width, channels] : [channels, height, width], 'input/image')
  return interleaved
    ? g.op('Transpose', [x], { perm: ints([0, 3, 1, 2]) }, named('input/Transpose', 'input/channels_first'))
    : x
}

function normalize(g: GraphBuilder, { shape: { channels }, mean, std }: InputLayer, x: Value): Value {
  const dims = channels > 1 ? [channels, 1, 1] : [1]
  const constant = (name: string, values: readonly number[]) => g.constant(float32(values, dims), `input/${name}`)
  if (mean) x = g.op('Sub', [x, constant('mean', mean)], {}, named('input/Sub', 'input/centered'))
  if (std) x = g.op('Div', [x, constant('std', std)], {}, named('input/Div', 'input/normalized'))
  return x
}

/** Gives each image of `x` these dimensions. */
export function reshape(g: GraphBuilder, x: Value, dims: readonly number[], output: string): Value {
  // 0 keeps the batch's size.
  const shape = g.constant(int64([0, ...dims]), `${output}/shape`)
  return g.op('Reshape', [x, shape], {}, named(`${output}/Reshape`, output))
}

/** The names of a node and of its output. */
export function named(name: string, output: string): { name: string; outputs: string } {
  return { name, outputs: output }
}
