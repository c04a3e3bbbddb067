import { type GraphBuilder, int, int32, int64, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import type { Lowering } from '../plain/lowering.ts'
import { reshape, transpose } from '../plain/shape.ts'

/**
 * dw as one matrix product over the pixels of all windows of the batch. As a convolution dy would be its filter, as large as an image and dilated, for which
 * cuDNN was not made; it has an operator for dw, but onnxruntime none that calls it.
 */
export const convGradWeight: Lowering = ({ g, inputs, attributes, choose }) => {
  const [x, dy] = operands(inputs, 2, 'ConvGradWeight')
  const [batch, filters, ...output] = dy.dims.map(Number) as [number, number, number, number]
  const kernel = integers(attributes.kernel_shape)
  const channels = Number(x.dims[1])
  choose({ formulation: 'matmul', reason: 'one large product is what a GPU does best' })
  const places = windowPlaces({ kernel, output, strides: integers(attributes.strides) })
  const pixels = gatherPixels(g, padded(g, lastChannels(g, x), integers(attributes.pads)), places)
  const windows = reshape(g, pixels, [batch * sizeOf(output), sizeOf(kernel) * channels])
  const gradients = reshape(g, lastChannels(g, dy), [batch * sizeOf(output), filters])
  const product = g.op('Gemm', [gradients, windows], { transA: int(1) })
  return [transpose(g, reshape(g, product, [filters, ...kernel, channels]), [0, 3, 1, 2])]
}

/** Images `[N, C, H, W]` as `[N, H, W, C]`: the channels of a pixel are gathered in one piece. */
const lastChannels = (g: GraphBuilder, images: Value) => transpose(g, images, [0, 2, 3, 1])

function padded(g: GraphBuilder, images: Value, [top = 0, left = 0, bottom = 0, right = 0]: number[]): Value {
  if (top + left + bottom + right === 0) return images
  return g.op('Pad', [images, g.constant(int64([0, top, left, 0, 0, bottom, right, 0]))])
}

/** Rows and columns of a window's pixels, window by window. */
type Places = [row: number, column: number][]

interface Windows {
  kernel: readonly number[]
  strides: readonly number[]
  output: readonly number[]
}

function windowPlaces({ kernel, strides, output }: Windows): Places {
  const all = (sizes: readonly number[]) =>
    Array.from({ length: sizeOf(sizes) }, (_, i) => [Math.floor(i / sizes[1]!), i % sizes[1]!] as const)
  return all(output).flatMap(([y, x]) =>
    all(kernel).map(([row, column]): Places[number] => [y * strides[0]! + row, x * strides[1]! + column]),
  )
}

/** The pixels at some places of each image, in their order; nothing where these are all pixels as they lie. */
function gatherPixels(g: GraphBuilder, images: Value, places: Places): Value {
  const [batch, height, width, channels] = images.dims.map(Number) as [number, number, number, number]
  const flat = reshape(g, images, [batch, height * width, channels])
  const indices = places.map(([row, column]) => row * width + column)
  if (indices.length === height * width && indices.every((at, i) => at === i)) return flat
  return g.op('Gather', [flat, g.constant(int32(indices))], { axis: int(1) })
}
