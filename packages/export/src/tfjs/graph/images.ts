import { float, int, type Tensor } from '@pixelrow/onnx'
import { isSignal, nary } from '../elementwise.ts'
import { dense, matMul } from '../linear.ts'
import { batchNorm } from '../normalize.ts'
import { permuted } from '../permute.ts'
import { resize } from '../resize.ts'
import { channelsFirst, channelsLast, pad, reshape, slice, transpose } from '../shaping.ts'
import { emit, fail, first, type Signal, toFirst, toPlain } from '../signal.ts'
import { product } from '../sizes.ts'
import { convolve, convolveDepthwise, convolveTransposed, type Moves, pool } from '../windows.ts'
import { functions, prelu } from './arithmetic.ts'
import {
  boolAttribute,
  floatAttribute,
  intAttribute,
  intsAttribute,
  textAttribute,
  textsAttribute,
} from './graphdef.ts'
import { type Call, dataOf, numbersAt, plainOf, type Rule, signalOf, sizesAt, tensorAt } from './operand.ts'

const planar = ({ node }: Call) => textAttribute(node, 'data_format', 'NHWC').startsWith('NC')

/** Calls a rule of images with the channels last, whatever the operator's own order is. */
function image(lower: (call: Call, x: Signal) => Signal, at = 0): Rule {
  return (call) => {
    const x = signalOf(call, at)
    if (!planar(call)) return lower(call, x)
    return channelsFirst(call.site, lower(call, channelsLast(call.site, x)))
  }
}

/** The two or three numbers of rows and columns among one an axis. */
function spatial(call: Call, numbers: readonly number[], fallback: number, count: number): number[] {
  if (numbers.length === 0) return new Array<number>(count).fill(fallback)
  return planar(call) ? numbers.slice(2) : numbers.slice(1, -1)
}

function movesOf(call: Call, count: number): Moves {
  const { node } = call
  const padding = textAttribute(node, 'padding', 'VALID').toUpperCase()
  return {
    strides: spatial(call, intsAttribute(node, 'strides'), 1, count),
    dilations: spatial(call, intsAttribute(node, 'dilations'), 1, count),
    padding: padding === 'EXPLICIT' ? explicit(call, count) : padding === 'SAME' ? 'same' : 'valid',
  }
}

/** Pairs of every axis, to all starts and then all ends of rows and columns. */
function explicit(call: Call, count: number): number[] {
  const pairs = intsAttribute(call.node, 'explicit_paddings')
  if (pairs.length !== 2 * (count + 2))
    fail(call.site, `its explicit_paddings are [${pairs}]; expected a pair an axis.`)
  const side = (offset: number) =>
    spatial(
      call,
      pairs.filter((_, at) => at % 2 === offset),
      0,
      count,
    )
  return [...side(0), ...side(1)]
}

function conv(depthwise: boolean): Rule {
  return image((call, x) => {
    const kernel = tensorAt(call, 1, 'kernel')
    const fused = textsAttribute(call.node, 'fused_ops')
    const bias = fused[0] === 'BiasAdd' ? biasOf(call) : undefined
    const lower = depthwise ? convolveDepthwise : convolve
    const result = lower(call.site, x, { kernel, bias }, movesOf(call, kernel.dims.length - 2))
    return finished(call, result, bias ? fused.slice(1) : fused)
  })
}

function biasOf(call: Call): Tensor {
  const bias = tensorAt(call, 2, 'bias')
  return bias.dims.length === 1 ? bias : { ...bias, dims: [bias.data.length] }
}

/** The functions that a fused operator ends with. */
function finished(call: Call, x: Signal, names: readonly string[]): Signal {
  return names.reduce((result, name) => {
    if (name === 'Prelu') return prelu(call, result, 3)
    const own = {
      ...call,
      inputs: [result],
      node: { ...call.node, attributes: { alpha: call.node.attributes.leakyrelu_alpha } },
    }
    const rule = Object.hasOwn(functions, name) ? functions[name] : undefined
    return rule ? (rule(own) as Signal) : fail(call.site, `what is fused into it, ${name}, is not supported.`)
  }, x)
}

/** Takes the output's shape, the kernel and what the gradient of a convolution would be: a transposed convolution. */
const convTranspose: Rule = image((call, x) => {
  const kernel = tensorAt(call, 1, 'kernel')
  const count = kernel.dims.length - 2
  const sizes = spatial(
    call,
    sizesAt(call, 0, 'output shape').map((size) => (typeof size === 'number' ? size : -1)),
    0,
    count,
  )
  const known = sizes.every((size) => size > 0) ? sizes : undefined
  return convolveTransposed(call.site, x, { kernel }, movesOf(call, count), known)
}, 2)

function pooling(kind: 'max' | 'average'): Rule {
  return image((call, x) => {
    const size = spatial(call, intsAttribute(call.node, 'ksize'), 1, x.dims.length - 2)
    return pool(call.site, kind, x, size, { ...movesOf(call, size.length), dilations: [] })
  })
}

const fusedBatchNorm: Rule = image((call, x) => {
  if (boolAttribute(call.node, 'is_training'))
    fail(call.site, 'it normalises by the batch’s own statistics; expected a trained model.')
  const [gamma, beta] = [tensorAt(call, 1, 'scale'), tensorAt(call, 2, 'offset')]
  const [mean, variance] = [tensorAt(call, 3, 'mean'), tensorAt(call, 4, 'variance')]
  const epsilon = floatAttribute(call.node, 'epsilon', 1e-4)
  return batchNorm(call.site, x, { gamma, beta, mean, variance, epsilon }, -1)
})

const addBias: Rule = image((call, x) => nary(call.site, 'Add', [x, dataOf(call, 1)]))

function matrices(call: Call): Signal {
  const { site, node } = call
  const [a, b] = [dataOf(call, 0), dataOf(call, 1)]
  const flags = (x: string, y: string) => boolAttribute(node, x) || boolAttribute(node, y)
  const [transposeA, transposeB] = [flags('transpose_a', 'adj_x'), flags('transpose_b', 'adj_y')]
  if (!isSignal(a) || isSignal(b) || transposeA || b.dims.length !== 2)
    return matMul(site, a, b, transposeA, transposeB)
  const fused = textsAttribute(node, 'fused_ops')
  const kernel = transposeB ? permuted(b, [1, 0]) : b
  const bias = fused[0] === 'BiasAdd' ? biasOf(call) : undefined
  return finished(call, dense(site, a, kernel, bias), bias ? fused.slice(1) : fused)
}

/** Two matrices that are both computed, and what is fused behind them. */
const fusedMatMul: Rule = (call) => {
  if (!isSignal(dataOf(call, 1))) return matrices(call)
  const fused = textsAttribute(call.node, 'fused_ops')
  const product = matrices(call)
  const sum = fused[0] === 'BiasAdd' ? nary(call.site, 'Add', [product, dataOf(call, 2)]) : product
  return finished(call, sum, fused[0] === 'BiasAdd' ? fused.slice(1) : fused)
}

function resizing(method: 'nearest' | 'bilinear'): Rule {
  return (call) => {
    const sizes = numbersAt(call, 1, 'size')
    const [alignCorners, halfPixelCenters] = [
      boolAttribute(call.node, 'align_corners'),
      boolAttribute(call.node, 'half_pixel_centers'),
    ]
    return resize(call.site, signalOf(call, 0), { sizes }, { method, alignCorners, halfPixelCenters })
  }
}

function blocks(opType: 'DepthToSpace' | 'SpaceToDepth'): Rule {
  return image((call, x) => {
    const attributes = { blocksize: int(intAttribute(call.node, 'block_size')) }
    return first(emit(call.site, opType, [toFirst(call.site, x).value], attributes))
  })
}

/** Blocks of rows and columns to the batch, as TensorFlow spells dilation: padded, cut into blocks, moved. */
const spaceToBatch: Rule = (call) => {
  const { site } = call
  const block = numbersAt(call, 1, 'block shape')
  const pairs = numbersAt(call, 2, 'paddings')
  const x = plainOf(call, 0)
  const side = (offset: number) =>
    x.dims.map((_, axis) => (axis > 0 && axis <= block.length ? pairs[2 * (axis - 1) + offset]! : 0))
  const padded = toPlain(site, pad(site, x, [side(0), side(1)]))
  const [batch, ...rest] = padded.dims
  const cut = block.flatMap((size, at) => [sizeOf(call, rest[at]!) / size, size])
  const split = reshape(site, padded, [batch!, ...cut, ...rest.slice(block.length)])
  const places = block.map((_, at) => 2 * at + 1)
  const perm = [...places.map((place) => place + 1), 0, ...places]
  const moved = transpose(site, split, [...perm, ...others(split.dims.length, perm.length)])
  return reshape(site, moved, [product([...block, batch!]), ...moved.dims.slice(block.length + 1)])
}

const batchToSpace: Rule = (call) => {
  const { site } = call
  const block = numbersAt(call, 1, 'block shape')
  const crops = numbersAt(call, 2, 'crops')
  const x = plainOf(call, 0)
  const split = reshape(site, x, [...block, -1, ...x.dims.slice(1)])
  const count = block.length
  const perm = [count, ...block.flatMap((_, at) => [count + 1 + at, at])]
  const moved = transpose(site, split, [...perm, ...others(split.dims.length, perm.length)])
  const rows = block.map((size, at) => size * sizeOf(call, x.dims[at + 1]!))
  const joined = reshape(site, toPlain(site, moved), [
    moved.dims[0] === '' ? -1 : moved.dims[0]!,
    ...rows,
    ...x.dims.slice(count + 1),
  ])
  const starts = block.map((_, at) => crops[2 * at]!)
  const ends = rows.map((size, at) => size - crops[2 * at + 1]!)
  return sliced(call, joined, starts, ends)
}

function sliced({ site }: Call, x: Signal, starts: number[], ends: number[]): Signal {
  return slice(site, x, { axes: starts.map((_, at) => at + 1), starts, ends })
}

const others = (rank: number, from: number) => Array.from({ length: rank - from }, (_, at) => at + from)

function sizeOf({ site }: Call, dim: number | string): number {
  return typeof dim === 'number'
    ? dim
    : fail(site, 'the size of its input is known only when it runs. Pass inputShapes.')
}

const localResponse: Rule = (call) => {
  const { site, node } = call
  const size = 2 * intAttribute(node, 'depth_radius', 5) + 1
  const alpha = floatAttribute(node, 'alpha', 1) * size
  const attributes = {
    size: int(size),
    alpha: float(alpha),
    beta: float(floatAttribute(node, 'beta', 0.5)),
    bias: float(floatAttribute(node, 'bias', 1)),
  }
  return first(emit(site, 'LRN', [toFirst(site, signalOf(call, 0)).value], attributes))
}

/** Operators of images and matrices. */
export const images: Readonly<Record<string, Rule>> = {
  Conv2D: conv(false),
  Conv3D: conv(false),
  _FusedConv2D: conv(false),
  DepthwiseConv2dNative: conv(true),
  FusedDepthwiseConv2dNative: conv(true),
  Conv2DBackpropInput: convTranspose,
  MaxPool: pooling('max'),
  MaxPool3D: pooling('max'),
  AvgPool: pooling('average'),
  AvgPool3D: pooling('average'),
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  BiasAdd: addBias,
  BiasAddV1: addBias,
  MatMul: matrices,
  _FusedMatMul: fusedMatMul,
  BatchMatMul: matrices,
  BatchMatMulV2: matrices,
  ResizeBilinear: resizing('bilinear'),
  ResizeNearestNeighbor: resizing('nearest'),
  DepthToSpace: blocks('DepthToSpace'),
  SpaceToDepth: blocks('SpaceToDepth'),
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  LRN: localResponse,
}
