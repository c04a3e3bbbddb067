import { type Architecture, activations, type InputLayer } from '@pixelrow/model'
import { dataTypeCode, float32, type GraphBuilder, int, ints, type Value } from '@pixelrow/onnx'
import { reshape } from './reshape.ts'

/** How the pixels arrive: `flat` is `[N, height × width × channels]`, `image` keeps the axes in the model's own order. */
export type InputKind = 'flat' | 'image'

/** Dimensions of the `pixels` input; images are `[N, H, W, C]`, or `[N, C, H, W]` when the model's pixels are planar. */
export function inputDims({ shape }: InputLayer, kind: InputKind): (number | string)[] {
  const { height, width, channels } = shape
  return ['N', ...(kind === 'flat' ? [height * width * channels] : imageDims({ shape }))]
}

/** The axes of one image in the model's own order. */
export function imageDims({ shape: { height, width, channels, channelOrder } }: Pick<InputLayer, 'shape'>): number[] {
  return channelOrder === 'planar' ? [channels, height, width] : [height, width, channels]
}

/**
 * The one place where a byte becomes a float: raw pixels to what the first layer takes, bytes scaled to 0..1, in channel, row, column order,
 * then `(x − mean) / std` where the model says so. The result is an image `[N, C, H, W]`; without `asImage`, where the layers soon make a
 * vector of it, a row `[N, values]` or the pixels' own axes, if that costs nothing.
 */
export function inputLayer(
  g: GraphBuilder,
  input: InputLayer,
  pixels: Value,
  { asImage }: { asImage: boolean },
): Value {
  const own = g.scope('input')
  // Floats are taken as they are.
  const numbers = input.dataType ? pixels : scaled(g, own, input, pixels)
  return normalize(own, input, asImage || ordersChannels(input) ? image(own, input, numbers) : numbers)
}

function scaled(g: GraphBuilder, own: GraphBuilder, { maxValue }: InputLayer, bytes: Value): Value {
  const numbers = own.op('Cast', [bytes], { to: int(dataTypeCode('float32')) }, { outputs: 'input/float' })
  const scale = g.constant(float32(1 / maxValue), 'input/scale')
  return own.op('Mul', [numbers, scale], {}, { outputs: 'input/scaled' })
}

/** The type of the `pixels` input. */
export const inputType = ({ dataType }: InputLayer): 'uint8' | 'float32' => dataType ?? 'uint8'

/** Whether a layer needs to see rows and columns before they are flattened away. */
export function takesImage({ layers }: Architecture): boolean {
  const blind = new Set<string>([...activations, 'dropout'])
  return layers.find(({ type }) => !blind.has(type))?.type !== 'flatten'
}

/** Whether several channels are to be moved, or normalised each by its own numbers. */
function ordersChannels({ shape: { channels, channelOrder }, mean, std }: InputLayer): boolean {
  return channels > 1 && (channelOrder === 'interleaved' || mean !== undefined || std !== undefined)
}

function image(g: GraphBuilder, { shape }: InputLayer, x: Value): Value {
  const { height, width, channels } = shape
  const interleaved = channels > 1 && shape.channelOrder === 'interleaved'
  const dims = interleaved ? [height, width, channels] : [channels, height, width]
  const axes = x.dims.slice(1).join() === dims.join() ? x : reshape(g, x, dims, 'input/image')
  if (!interleaved) return axes
  return g.op('Transpose', [axes], { perm: ints([0, 3, 1, 2]) }, { outputs: 'input/channels_first' })
}

function normalize(g: GraphBuilder, { shape: { channels }, mean, std }: InputLayer, x: Value): Value {
  const dims = channels > 1 ? [channels, 1, 1] : [1]
  const constant = (name: string, values: readonly number[]) => g.constant(float32(values, dims), `input/${name}`)
  if (mean) x = g.op('Sub', [x, constant('mean', mean)], {}, { outputs: 'input/centered' })
  if (std) x = g.op('Div', [x, constant('std', std)], {}, { outputs: 'input/normalized' })
  return x
}
