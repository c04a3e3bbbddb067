import { type GraphBuilder, int, int64, ints, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { integers } from '../../operators.ts'
import * as plain from '../plain/conv.ts'
import type { Lowering } from '../plain/lowering.ts'
import { reshape } from '../plain/shape.ts'
import { BUFFER_BYTES } from './limits.ts'
import { type Windows, windowsOf } from './windows.ts'

/** What one workgroup of onnxruntime's matrix product and convolution computes: so many rows and columns of the result. */
const TILE = 32
/** From here on a product's tiles alone are work for a large GPU's cores. */
const MANY_TILES = 256

/**
 * dw. As a convolution in which dy is the filter the whole batch is summed up by whoever computes a weight, which leaves a GPU idle
 * unless there are very many weights. Else each image's dw is a product of its own, of its windows' pixels and its dy, and these are summed up.
 */
export const convGradWeight: Lowering = (context) => {
  const { g, inputs, attributes, choose } = context
  const [x, dy] = operands(inputs, 2, 'ConvGradWeight')
  const kernel = integers(attributes.kernel_shape)
  const [weights, filters] = [Number(x.dims[1]) * sizeOf(kernel), Number(dy.dims[1])]
  const tiles = Math.ceil(weights / TILE) * Math.ceil(filters / TILE)
  if (tiles >= MANY_TILES) {
    choose({ formulation: 'convolution', reason: `its weights are ${tiles} tiles of a product, enough for a GPU` })
    return plain.convGradWeight(context)
  }
  choose({
    formulation: 'matmul',
    reason: `its weights are ${tiles} tiles of a product: one for each image keeps a GPU busy`,
  })
  const windows = { kernel, strides: integers(attributes.strides), pads: integers(attributes.pads) }
  const sums = batchParts(dy, weights).map(([start, end]) =>
    productOf(g, part(g, x, start, end), part(g, dy, start, end), windows),
  )
  const sum = sums.reduce((total, each) => g.op('Add', [total, each]))
  return [reshape(g, g.op('Transpose', [sum], { perm: ints([1, 0]) }), [filters, Number(x.dims[1]), ...kernel])]
}

/** Stretches of the batch of which no buffer, neither of windows nor of products, is larger than a shader may bind. */
function batchParts(dy: Value, weights: number): [number, number][] {
  const [batch, filters, ...output] = dy.dims.map(Number) as [number, number, number, number]
  const bytes = 4 * weights * Math.max(filters, sizeOf(output))
  const size = Math.max(1, Math.min(batch, Math.floor(BUFFER_BYTES / bytes)))
  return Array.from({ length: Math.ceil(batch / size) }, (_, i) => [i * size, Math.min(batch, (i + 1) * size)])
}

function part(g: GraphBuilder, x: Value, start: number, end: number): Value {
  if (end - start === x.dims[0]) return x
  return g.op('Slice', [x, g.constant(int64([start])), g.constant(int64([end])), g.constant(int64([0]))])
}

/** dw of some images as `[C · kernel, K]`. */
function productOf(g: GraphBuilder, x: Value, dy: Value, windows: Windows): Value {
  const [batch, filters, ...output] = dy.dims.map(Number) as [number, number, number, number]
  const isPixel =
    [...windows.kernel, ...windows.strides].every((size) => size === 1) && windows.pads.every((pad) => pad === 0)
  const pixels = isPixel ? x : windowsOf(g, x, windows)
  const columns = reshape(g, pixels, [batch, Number(pixels.dims[1]), sizeOf(output)])
  const rows = g.op('Transpose', [reshape(g, dy, [batch, filters, sizeOf(output)])], { perm: ints([0, 2, 1]) })
  return g.op('ReduceSum', [g.op('MatMul', [columns, rows]), g.constant(int64([0]))], { keepdims: int(0) })
}

/** dx, as plainly; a transposed convolution takes every pixel of its filters for each pixel, so that it is the last resort. */
export const convGradInput: Lowering = (context) => {
  const { g, choose } = context
  const before = g.nodes.length
  const results = plain.convGradInput(context)
  const isTransposed = g.nodes.slice(before).some(({ opType }) => opType === 'ConvTranspose')
  choose(
    isTransposed
      ? { formulation: 'transposed convolution', reason: 'it has strides, or pads beyond its kernel' }
      : { formulation: 'convolution', reason: 'at stride 1 the filters turned around do it' },
  )
  return results
}
