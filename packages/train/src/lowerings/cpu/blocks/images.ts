import { float32, type GraphBuilder, int, int64, type Value } from '@pixelrow/onnx'
import { reshape, transpose } from '../../plain/shape.ts'
import type { Geometry } from './geometry.ts'

/** The extent of images in blocks. */
export interface Extent {
  batch: number
  channels: number
  height: number
  width: number
}

/** Zeros (or, where negative, cuts) around images in blocks: rows above and below, columns left and right. */
export function padImages(
  g: GraphBuilder,
  x: Value,
  { batch, channels, height, width }: Extent,
  { block, rows = [0, 0], columns = [0, 0] }: { block: number; rows?: [number, number]; columns?: [number, number] },
): Value {
  const planes = (batch / block) * (channels / block)
  const dims = [batch / block, channels, height + rows[0] + rows[1], (width + columns[0] + columns[1]) * block]
  if (rows.every((count) => count === 0) && columns.every((count) => count === 0)) return x
  const around = (view: number[], [start, end]: [number, number], unit: number, axis: number, value: Value) => {
    if (start === 0 && end === 0) return value
    const pads = [
      ...view.map((_, i) => (i === axis ? start * unit : 0)),
      ...view.map((_, i) => (i === axis ? end * unit : 0)),
    ]
    return g.op('Pad', [reshape(g, value, view), g.constant(int64(pads))])
  }
  const unit = block * block
  const wide = around([planes * height, width * unit], columns, unit, 1, x)
  const row = (width + columns[0] + columns[1]) * unit
  return reshape(g, around([planes, height * row], rows, row, 1, wide), dims)
}

/** The columns of images sorted by phase: a phase is a block of channels of its own, next to the one it comes from. */
export function sortColumns(g: GraphBuilder, x: Value, geometry: Geometry, block: number): Value {
  const { batch, channels, input, stride, pads, phases, columns } = geometry
  const [height, width] = input
  const reach = stride[1] * columns.input
  const extent = { batch, channels, height, width }
  const padded = padImages(g, x, extent, { block, columns: [pads[1], reach - width - pads[1]] })
  if (stride[1] === 1) return padded
  const planes = (batch / block) * (channels / block)
  const apart = reshape(g, padded, [planes, height, columns.input, stride[1], block * block])
  const sorted = transpose(g, apart, [0, 3, 1, 2, 4])
  const kept =
    phases === stride[1] ? sorted : g.op('Slice', [sorted, ...[[0], [phases], [1]].map((at) => g.constant(int64(at)))])
  return reshape(g, kept, [batch / block, channels * phases, height, columns.input * block])
}

/** The gradient by sorted columns put back to where they came from. */
export function unsortColumns(g: GraphBuilder, x: Value, geometry: Geometry, block: number): Value {
  const { batch, channels, input, stride, pads, phases, columns } = geometry
  const [height, width] = input
  const planes = (batch / block) * (channels / block)
  let sorted = reshape(g, x, [planes, phases, height * columns.input * block * block])
  if (phases < stride[1]) {
    const [missing, size] = [stride[1] - phases, height * columns.input * block * block]
    const zeros = g.op('Expand', [g.constant(float32([0])), g.constant(int64([planes, missing, size]))])
    sorted = g.op('Concat', [sorted, zeros], { axis: int(1) })
  }
  const apart = reshape(g, sorted, [planes, stride[1], height, columns.input, block * block])
  const reach = stride[1] * columns.input
  const together = reshape(g, transpose(g, apart, [0, 2, 3, 1, 4]), [batch / block, channels, height, reach * block])
  const extent = { batch, channels, height, width: reach }
  return padImages(g, together, extent, { block, columns: [-pads[1], width + pads[1] - reach] })
}
