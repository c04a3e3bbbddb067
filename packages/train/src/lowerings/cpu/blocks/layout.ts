import { type GraphBuilder, sizeOf, type Value } from '@pixelrow/onnx'
import { imageSizes } from '../../../image-sizes.ts'
import { reshape, transpose } from '../../plain/shape.ts'

/**
 * How a tensor of four dimensions lies in memory, `b` being the block:
 * - `plain`: as ONNX has it;
 * - `images` `[N, C, H, W]`: `[N/b][C/b][H][W][b n][b c]`, declared as `[N/b, C, H, W·b]`. A row of pixels is long, the gradient by a convolution's
 *   output is a filter as it stands, and pooling is a broadcast of `b·b` numbers in a row;
 * - `filters` `[K, C, h, w]`: `[K/b][C/b][h][w][b c][b k]`, which onnxruntime's blocked convolution takes, and `[K/b][C][h][w][b k]` where C is not a multiple of b;
 * - `features/P` `[N, C·P]`: flattened images of P pixels with the columns in the order `[C/b][P][b]`; `rows/P`: the rows of a matrix that multiplies them alike.
 */
export type ValueLayout = 'plain' | BlockLayout
export type BlockLayout = 'images' | 'filters' | `features/${number}` | `rows/${number}`

/** The operators of onnxruntime that work on blocks (contrib_ops/cpu/nchwc_ops.cc); only its CPU provider has them. */
export const NCHWC = 'com.microsoft.nchwc'

/** What a blocked operator is added with: its output's declared dimensions cannot be inferred. */
export function nchwc(
  g: GraphBuilder,
  opType: string,
  inputs: (Value | undefined)[],
  attributes: Parameters<GraphBuilder['op']>[2],
  dims: readonly number[],
): Value {
  return g.op(opType, inputs, attributes, { domain: NCHWC, types: [{ dataType: 'float32', dims }] })
}

/** The dimensions under which images are declared. */
export function imageDims(dims: readonly number[], block: number): number[] {
  const [batch, channels, height, width] = imageSizes({ dims })
  return [batch / block, channels, height, width * block]
}

/** How dimensions split and are permuted between a plain tensor and its blocks. */
function split(dims: readonly number[], layout: BlockLayout, block: number) {
  const [first, second, height, width] = dims as [number, number, number, number]
  const [kind, pixels] = layout.split('/')
  if (kind === 'features') {
    return { plain: [first, second / Number(pixels) / block, block, Number(pixels)], perm: [0, 1, 3, 2] }
  }
  if (kind === 'rows') {
    return { plain: [first / Number(pixels) / block, block, Number(pixels), second], perm: [0, 2, 1, 3] }
  }
  const size = height * width
  if (layout === 'images') {
    return { plain: [first / block, block, second / block, block, size], perm: [0, 2, 4, 1, 3] }
  }
  if (second % block !== 0) return { plain: [first / block, block, second * size], perm: [0, 2, 1] }
  return { plain: [first / block, block, second / block, block, size], perm: [0, 2, 4, 3, 1] }
}

/** A plain tensor in blocks. */
export function toBlocks(g: GraphBuilder, x: Value, layout: BlockLayout, block: number): Value {
  const dims = x.dims.map(Number)
  const { plain, perm } = split(dims, layout, block)
  const blocks = transpose(g, reshape(g, x, plain), perm)
  return reshape(g, blocks, layout === 'images' ? imageDims(dims, block) : dims)
}

/** A tensor in blocks as a plain one of these dimensions. */
export function fromBlocks(
  g: GraphBuilder,
  x: Value,
  layout: BlockLayout,
  { dims, block }: { dims: readonly number[]; block: number },
): Value {
  const { plain, perm } = split(dims, layout, block)
  const blocks = reshape(
    g,
    x,
    perm.map((axis) => plain[axis]!),
  )
  return reshape(g, transpose(g, blocks, inverse(perm)), dims)
}

function inverse(perm: readonly number[]): number[] {
  return perm.map((_, axis) => perm.indexOf(axis))
}

/** For each number of a tensor in blocks its place in the plain one. */
export function permutationOf(dims: readonly number[], layout: BlockLayout, block: number): Int32Array {
  const { plain, perm } = split(dims, layout, block)
  const strides = plain.map((_, axis) => sizeOf(plain.slice(axis + 1)))
  const lengths = perm.map((axis) => plain[axis]!)
  const steps = perm.map((axis) => strides[axis]!)
  const permutation = new Int32Array(sizeOf(dims))
  for (let i = 0; i < permutation.length; i++) {
    let rest = i
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      permutation[i]! += (rest % lengths[axis]!) * steps[axis]!
      rest = Math.floor(rest / lengths[axis]!)
    }
  }
  return permutation
}
