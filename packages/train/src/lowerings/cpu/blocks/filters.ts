import { float32, type GraphBuilder, int, int32, int64, type Value } from '@pixelrow/onnx'
import { reshape } from '../../plain/shape.ts'
import { type Geometry, sortedTaps } from './geometry.ts'
import { nchwc } from './layout.ts'

/** The place of each tap of the sorted filters among the kept ones of one filter block; −1 for one that is always 0. */
function tapsOf(geometry: Geometry, block: number): { taps: number[]; unit: number } {
  const { channels, kernel } = geometry
  const size = kernel[0] * kernel[1]
  const taps = sortedTaps(geometry)
  const at = (channel: number) => (tap: number) => (tap < 0 ? -1 : channel * size + tap)
  if (channels % block !== 0) {
    const each = Array.from({ length: channels }, (_, channel) => channel)
    return { taps: taps.flatMap((phase) => each.flatMap((channel) => phase.map(at(channel)))), unit: block }
  }
  const each = Array.from({ length: channels / block }, (_, channel) => channel)
  return { taps: each.flatMap((channel) => taps.flatMap((phase) => phase.map(at(channel)))), unit: block * block }
}

/** Filters as they are kept (layout `filters`) in the order that the convolution of sorted columns takes. */
export function sortFilters(g: GraphBuilder, kept: Value, geometry: Geometry, block: number): Value {
  const { taps, unit } = tapsOf(geometry, block)
  const { filters, kernel, phases, columns } = geometry
  const count = (kernel[0] * kernel[1] * geometry.channels * block) / unit
  const blocks = filters / block
  let rows = reshape(g, kept, [blocks, count, unit])
  if (taps.includes(-1)) {
    rows = g.op('Concat', [rows, g.constant(float32(new Float32Array(blocks * unit), [blocks, 1, unit]))], {
      axis: int(1),
    })
  }
  if (taps.some((tap, i) => tap !== i)) {
    const permutation = taps.map((tap) => (tap < 0 ? count : tap))
    rows = g.op('Gather', [rows, g.constant(int32(permutation))], { axis: int(1) })
  }
  return reshape(g, rows, [filters, geometry.channels * phases, kernel[0], columns.kernel])
}

/** The gradient by sorted filters, as a gradient by those that are kept; `dims` are those of the plain filters. */
export function unsortFilters(
  g: GraphBuilder,
  sorted: Value,
  geometry: Geometry,
  { block, dims }: { block: number; dims: readonly number[] },
): Value {
  const { taps, unit } = tapsOf(geometry, block)
  const isSorted = taps.every((tap, i) => tap === i)
  if (isSorted) return reshape(g, sorted, dims)
  const rows = reshape(g, sorted, [geometry.filters / block, taps.length, unit])
  const permutation = Array.from({ length: taps.filter((tap) => tap >= 0).length }, (_, tap) => taps.indexOf(tap))
  return reshape(g, g.op('Gather', [rows, g.constant(int32(permutation))], { axis: int(1) }), dims)
}

/**
 * Sorted filters with inputs and outputs exchanged and taps in reverse, for the gradient by the images. Each square of `b·b` numbers is
 * turned by the operator that reorders images, several times as fast as a transposition; then squares move as they are.
 */
export function turnFilters(g: GraphBuilder, sorted: Value, block: number): Value {
  const [filters, channels, height, width] = sorted.dims.map(Number) as [number, number, number, number]
  const [outer, inner, size] = [filters / block, channels / block, height * width]
  const squares = [outer * inner * size, block, 1, block]
  const turned = nchwc(g, 'ReorderInput', [reshape(g, sorted, squares)], {}, squares)
  const permutation = Array.from({ length: outer * inner * size }, (_, i) => {
    const [to, from, tap] = [Math.floor(i / (outer * size)), Math.floor(i / size) % outer, size - 1 - (i % size)]
    return (from * inner + to) * size + tap
  })
  const rows = reshape(g, turned, [permutation.length, block * block])
  const moved = permutation.every((place, i) => place === i)
    ? rows
    : g.op('Gather', [rows, g.constant(int32(permutation))], { axis: int(0) })
  return reshape(g, moved, [channels, filters, height, width])
}

/** The sum over an axis, which falls away. */
export function sumOver(g: GraphBuilder, x: Value, axis: number): Value {
  if (x.dims[axis] === 1) {
    return reshape(
      g,
      x,
      x.dims.map(Number).filter((_, i) => i !== axis),
    )
  }
  return g.op('ReduceSum', [x, g.constant(int64([axis]))], { keepdims: int(0) })
}
