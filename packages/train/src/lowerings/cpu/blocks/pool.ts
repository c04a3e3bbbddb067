import { float, float32, type GraphBuilder, int, int32, int64, ints, type Value } from '@pixelrow/onnx'
import { reshape } from '../../plain/shape.ts'
import { type Extent, padImages } from './images.ts'
import { nchwc } from './layout.ts'

/** Pooling by windows that tile the image; pixels beyond the last whole window are left out. */
export interface Tiling {
  extent: Extent
  kernel: [number, number]
  output: [number, number]
  block: number
}

/** Pixels that the windows cover. */
function covered(g: GraphBuilder, x: Value, { extent, kernel, output, block }: Tiling): Value {
  const [height, width] = output.map((length, i) => length * kernel[i]!) as [number, number]
  return padImages(g, x, extent, { block, rows: [0, height - extent.height], columns: [0, width - extent.width] })
}

/** The gradient by the covered pixels with zeros for the others. */
function uncovered(g: GraphBuilder, dx: Value, { extent, kernel, output, block }: Tiling): Value {
  const [height, width] = output.map((length, i) => length * kernel[i]!) as [number, number]
  const part = { ...extent, height, width }
  return padImages(g, dx, part, { block, rows: [0, extent.height - height], columns: [0, extent.width - width] })
}

/** One direction of a pooling: `count` groups of `length` rows of `row` pixels' channels, each group pooled into one. */
function poolRows(
  g: GraphBuilder,
  opType: string,
  x: Value,
  { count, length, row, block }: { count: number; length: number; row: number; block: number },
): Value {
  if (length === 1) return x
  const attributes = { kernel_shape: ints([length, 1]), strides: ints([length, 1]) }
  return nchwc(g, opType, [reshape(g, x, [count, block, length, row])], attributes, [count, block, 1, row])
}

/** How many images' planes in blocks there are. */
const planesOf = ({ extent: { batch, channels }, block }: Tiling) => (batch / block) * (channels / block)

const pooledDims = ({ extent: { batch, channels }, output, block }: Tiling) => [
  batch / block,
  channels,
  output[0],
  output[1] * block,
]

/** The mean of each window: over its rows, then over its columns. */
export function averagePool(g: GraphBuilder, x: Value, tiling: Tiling): Value {
  const { kernel, output, block } = tiling
  const count = planesOf(tiling) * output[0]
  const row = output[1] * kernel[1] * block
  const rows = poolRows(g, 'AveragePool', covered(g, x, tiling), { count, length: kernel[0], row, block })
  const pixels = { count: count * output[1], length: kernel[1], row: block, block }
  return reshape(g, poolRows(g, 'AveragePool', rows, pixels), pooledDims(tiling))
}

/**
 * dx of the mean: each window's share on all its pixels; multiplied by `mask`, the gradient of what comes before, in the same pass
 * where there is one.
 */
export function averagePoolGrad(g: GraphBuilder, dy: Value, tiling: Tiling, mask?: Value): Value {
  const { kernel, output, block, extent } = tiling
  const unit = block * block
  const count = planesOf(tiling) * output[0]
  const share = g.op('Mul', [dy, g.constant(float32(1 / (kernel[0] * kernel[1])))])
  const apart = reshape(g, share, [count, 1, output[1], 1, unit])
  const windows = [count, kernel[0], output[1], kernel[1], unit]
  const isWhole = extent.height === output[0] * kernel[0] && extent.width === output[1] * kernel[1]
  const dims = [extent.batch / block, extent.channels, output[0] * kernel[0], output[1] * kernel[1] * block]
  if (mask && isWhole) return reshape(g, g.op('Mul', [reshape(g, mask, windows), apart]), dims)
  const spread = g.op('Expand', [apart, g.constant(int64(windows))])
  const dx = uncovered(g, reshape(g, spread, dims), tiling)
  return mask ? g.op('Mul', [dx, mask]) : dx
}

/** The largest pixel of each window, and the largest of each of its rows, which the gradient takes. */
export function maxPool(g: GraphBuilder, x: Value, tiling: Tiling): { y: Value; columns: Value } {
  const { kernel, output, block } = tiling
  const count = planesOf(tiling) * output[0]
  const each = { count: count * kernel[0] * output[1], length: kernel[1], row: block, block }
  const columns = poolRows(g, 'MaxPool', covered(g, x, tiling), each)
  const rows = { count, length: kernel[0], row: output[1] * block, block }
  return { y: reshape(g, poolRows(g, 'MaxPool', columns, rows), pooledDims(tiling)), columns }
}

/** dx of the largest: first to the first row that has it, then in that row to the first pixel, as in PyTorch. */
export function maxPoolGrad(
  g: GraphBuilder,
  { x, y, columns, dy }: { x: Value; y: Value; columns: Value; dy: Value },
  tiling: Tiling,
): Value {
  const { kernel, output, block, extent } = tiling
  const unit = block * block
  const count = planesOf(tiling) * output[0]
  const byRow = toFirst(
    g,
    { all: columns, largest: y, gradient: dy },
    { count, length: kernel[0], row: output[1] * unit },
  )
  const pixels = { count: count * kernel[0] * output[1], length: kernel[1], row: unit }
  const byPixel = toFirst(g, { all: covered(g, x, tiling), largest: columns, gradient: byRow }, pixels)
  const dims = [extent.batch / block, extent.channels, output[0] * kernel[0], output[1] * kernel[1] * block]
  return uncovered(g, reshape(g, byPixel, dims), tiling)
}

/** The gradient of the largest of `length` rows given to the first row that equals it. */
function toFirst(
  g: GraphBuilder,
  { all, largest, gradient }: { all: Value; largest: Value; gradient: Value },
  { count, length, row }: { count: number; length: number; row: number },
): Value {
  if (length === 1) return gradient
  const rows = reshape(g, all, [count, length, row])
  const best = reshape(g, largest, [count, row])
  let rest = reshape(g, gradient, [count, row])
  const parts: Value[] = []
  for (let i = 0; i < length - 1; i++) {
    const difference = g.op('Sub', [g.op('Gather', [rows, g.constant(int32(i))], { axis: int(1) }), best])
    // 1 where the difference is 0, 0 where it is below −1e-30: one pass, where Equal and Cast take several.
    const isLargest = g.op('HardSigmoid', [difference], { alpha: float(1e30), beta: float(1) })
    const given = g.op('Mul', [rest, isLargest])
    rest = g.op('Sub', [rest, given])
    parts.push(reshape(g, given, [count, 1, row]))
  }
  return g.op('Concat', [...parts, reshape(g, rest, [count, 1, row])], { axis: int(1) })
}

/** The mean over all pixels, as images of one pixel. */
export function globalAveragePool(
  g: GraphBuilder,
  x: Value,
  { batch, channels, height, width }: Extent,
  block: number,
): Value {
  const count = (batch / block) * (channels / block)
  const pooled = poolRows(g, 'AveragePool', x, { count, length: height * width, row: block, block })
  return reshape(g, pooled, [batch / block, channels, 1, block])
}

/** The sum of each channel over batch and pixels, `[C]`. */
export function channelSums(
  g: GraphBuilder,
  x: Value,
  { batch, channels, height, width }: Extent,
  block: number,
): Value {
  const blocks = batch / block
  const means = nchwc(g, 'GlobalAveragePool', [x], {}, [blocks, channels, 1, 1])
  const sums = g.op('ReduceSum', [reshape(g, means, [blocks, channels]), g.constant(int64([0]))], { keepdims: int(0) })
  return g.op('Mul', [sums, g.constant(float32(height * width * block))])
}
