import { float32, type GraphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'
import { reshape, transpose } from '../../plain/shape.ts'
import { sortFilters, sumOver, turnFilters, unsortFilters } from './filters.ts'
import type { Geometry } from './geometry.ts'
import { padImages, sortColumns, unsortColumns } from './images.ts'
import { nchwc } from './layout.ts'

/** What a convolution reads: images in blocks, or the batch's bytes with few channels, sorted and padded by the host (`stem.ts`). */
export interface SortedImages {
  /** Sorted columns: `[N/b, C·phases, H, W'·b]`. */
  sorted: Value
  /** What the bytes are multiplied by, folded into the filters; 1 for images in blocks. */
  scale: number
}

/** Images in blocks as a convolution's source. */
export function sourceOf(g: GraphBuilder, images: Value, geometry: Geometry, block: number): SortedImages {
  return { sorted: sortColumns(g, images, geometry, block), scale: 1 }
}

/** y = conv(x, w) + b, with relu where asked for. */
export function conv(
  g: GraphBuilder,
  source: SortedImages,
  { w, b }: { w: Value; b?: Value | undefined },
  { geometry, block, relu }: { geometry: Geometry; block: number; relu: boolean },
): Value {
  const { batch, filters, kernel, stride, pads, columns, output } = geometry
  const sorted = scaled(g, sortFilters(g, w, geometry, block), source.scale)
  const attributes = {
    kernel_shape: ints([kernel[0], columns.kernel]),
    strides: ints([stride[0], 1]),
    dilations: ints([1, block]),
    pads: ints([pads[0], 0, pads[2], 0]),
    ...(relu && { activation: { string: 'Relu' } }),
  }
  return nchwc(g, 'Conv', [source.sorted, sorted, b], attributes, [
    batch / block,
    filters,
    output[0],
    output[1] * block,
  ])
}

/** dx: a convolution of dy, its rows apart by the stride, with the filters turned around. */
export function convGradInput(
  g: GraphBuilder,
  dy: Value,
  w: Value,
  { geometry, block }: { geometry: Geometry; block: number },
): Value {
  const { batch, channels, input, output, kernel, stride, pads, phases, columns } = geometry
  const turned = turnFilters(g, sortFilters(g, w, geometry, block), block)
  const rows = output[0] * stride[0]
  const apart = stride[0] === 1 ? dy : rowsApart(g, dy, geometry, block)
  // At stride 1 only the columns that are images; else all sorted ones, whose padding is cut off after.
  const sides =
    stride[1] === 1
      ? [kernel[1] - 1 - pads[1], pads[1] + input[1] - output[1]]
      : [columns.kernel - 1, columns.kernel - 1]
  const below = input[0] - rows + pads[0]
  const width = stride[1] === 1 ? input[1] : columns.input
  const attributes = {
    kernel_shape: ints([kernel[0], columns.kernel]),
    dilations: ints([1, block]),
    pads: ints([kernel[0] - 1 - pads[0], sides[0]! * block, Math.max(0, below), sides[1]! * block]),
  }
  const height = input[0] + Math.max(0, -below)
  const dims = [batch / block, channels * phases, height, width * block]
  const sorted = nchwc(g, 'Conv', [apart, turned], attributes, dims)
  const extent = { batch, channels: channels * phases, height, width }
  const cut = padImages(g, sorted, extent, { block, rows: [0, Math.min(0, below)] })
  return stride[1] === 1 ? cut : unsortColumns(g, cut, geometry, block)
}

/** Rows with zeros between them, and as many after the last. */
function rowsApart(g: GraphBuilder, dy: Value, { batch, filters, output, stride }: Geometry, block: number): Value {
  const [height, width] = output
  const extent = { batch: batch * height, channels: filters, height: 1, width }
  const apart = padImages(g, dy, extent, { block, rows: [0, stride[0] - 1] })
  return reshape(g, apart, [batch / block, filters, height * stride[0], width * block])
}

/**
 * dw: a convolution in which the channels take the batch's place and dy is the filter as it stands, one group for each block of images.
 */
export function convGradWeight(
  g: GraphBuilder,
  source: SortedImages,
  dy: Value,
  { geometry, block, dims }: { geometry: Geometry; block: number; dims: readonly number[] },
): Value {
  const { batch, channels, filters, input, output, kernel, stride, pads, phases, columns } = geometry
  const [groups, blocks, height] = [batch / block, filters / block, input[0]]
  const isStem = channels % block !== 0
  const planes = isStem ? channels * phases : (channels * phases) / block
  const row = isStem ? columns.input : columns.input * block
  const turned = isStem ? source.sorted : channelsInRows(g, source.sorted, height, columns.input, block)
  const byChannel = transpose(g, reshape(g, turned, [groups, planes, height * row * block]), [1, 0, 2])
  // Rows that no window reached leave the end padding negative: they give filter rows too many, which are cut.
  const below = kernel[0] + stride[0] * (output[0] - 1) - height - pads[0]
  const taps = kernel[0] + Math.max(0, -below)
  const product = nchwc(
    g,
    'Conv',
    [reshape(g, byChannel, [planes, batch, height, row]), reshape(g, dy, [groups * filters, block, ...output])],
    {
      kernel_shape: ints(output),
      dilations: ints([stride[0], isStem ? 1 : block]),
      pads: ints([pads[0], 0, Math.max(0, below), 0]),
      group: int(groups),
    },
    [planes, groups * filters, taps, columns.kernel * (isStem ? 1 : block)],
  )
  const unit = columns.kernel * (isStem ? block : block * block)
  const sums = sumOver(g, reshape(g, product, [planes, groups, blocks * taps * unit]), 1)
  const all = reshape(g, sums, [planes * blocks, taps * unit])
  const kept = taps === kernel[0] ? all : cutEnd(g, all, kernel[0] * unit)
  const sorted = transpose(g, reshape(g, kept, [planes, blocks, kernel[0] * unit]), [1, 0, 2])
  return scaled(g, unsortFilters(g, sorted, geometry, { block, dims }), source.scale)
}

/** `[…][H][W][b n][b c]` → `[…][H][W][b c][b n]`: the channels become part of the row, the images a block of channels. */
function channelsInRows(g: GraphBuilder, x: Value, height: number, width: number, block: number): Value {
  const planes = x.dims.map(Number).reduce((product, dim) => product * dim, 1) / (height * width * block)
  const count = (planes * height * width) / block
  return nchwc(g, 'ReorderInput', [reshape(g, x, [count, block, 1, block])], {}, [count, block, 1, block])
}

function cutEnd(g: GraphBuilder, x: Value, length: number): Value {
  const [start, end, axis] = [[0], [length], [1]].map((at) => g.constant(int64(at)))
  return g.op('Slice', [x, start, end, axis])
}

function scaled(g: GraphBuilder, x: Value, factor: number): Value {
  return factor === 1 ? x : g.op('Mul', [x, g.constant(float32(factor))])
}
