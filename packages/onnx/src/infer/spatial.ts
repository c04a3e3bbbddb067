import { product } from '../dims.ts'
import type { Dim, Value } from '../types.ts'
import {
  type Attributes,
  assertEqual,
  assertRank,
  assertSameType,
  type ConstantOf,
  type InferRule,
  type Inputs,
  intOf,
  intsOf,
  type Rules,
  required,
  stringOf,
  type,
  unknownDims,
} from './rule.ts'

/** A window's numbers, one a spatial axis; pads are all starts, then all ends. */
interface Window {
  kernel: readonly Dim[]
  strides: readonly number[]
  dilations: readonly number[]
  pads: readonly number[]
  autoPad: string
}

function windowOf(attributes: Attributes, kernel: readonly Dim[]): Window {
  const axes = kernel.length
  const numbers = (name: string, fallback: number, count: number): number[] => {
    const values = intsOf(attributes, name) ?? new Array<number>(count).fill(fallback)
    if (values.length !== count) throw new Error(`attribute "${name}" has ${values.length} numbers, expected ${count}`)
    if (name !== 'pads' && values.some((value) => value < 1))
      throw new Error(`attribute "${name}" [${values}]: expected 1 or more`)
    return values
  }
  return {
    kernel,
    strides: numbers('strides', 1, axes),
    dilations: numbers('dilations', 1, axes),
    pads: numbers('pads', 0, 2 * axes),
    autoPad: stringOf(attributes, 'auto_pad', 'NOTSET'),
  }
}

/** The output size along one spatial axis. */
function windowed(dim: Dim, window: Window, axis: number, ceil: boolean): Dim {
  const { kernel, strides, dilations, pads, autoPad } = window
  const [size, stride] = [kernel[axis]!, strides[axis]!]
  if (typeof dim !== 'number') return autoPad.startsWith('SAME') && stride === 1 ? dim : ''
  if (autoPad.startsWith('SAME')) return Math.ceil(dim / stride)
  if (typeof size !== 'number') return ''
  const [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[axis]!, pads[axis + kernel.length]!]
  const span = (size - 1) * dilations[axis]! + 1
  const room = dim + before + after - span
  if (room < 0)
    throw new Error(
      `a window of ${span} is larger than the padded input of ${dim + before + after} (spatial axis ${axis})`,
    )
  const steps = ceil ? Math.ceil(room / stride) : Math.floor(room / stride)
  // With ceil, a last window that would start in the padding behind the input does not exist.
  return steps * stride >= dim + before && ceil ? steps : steps + 1
}

function spatialRank(value: Value): number {
  if (value.dims.length < 3) throw new Error(`%${value.name} has rank ${value.dims.length}, expected [N, C, spatial…]`)
  return value.dims.length - 2
}

function kernelOf(attributes: Attributes, weights: readonly Dim[]): readonly Dim[] {
  const kernel = intsOf(attributes, 'kernel_shape') ?? weights
  if (kernel.length !== weights.length) throw new Error(`kernel_shape [${kernel}] for ${weights.length} spatial axes`)
  kernel.forEach((size, axis) => {
    assertEqual(`kernel_shape and weights along spatial axis ${axis}`, size, weights[axis]!)
  })
  return kernel
}

const conv: InferRule = (inputs, attributes) => {
  const [x, w, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]]
  assertRank(w, spatialRank(x) + 2)
  assertSameType(x, w, bias)
  return [type(x.dataType, convDims(x, w, bias, attributes))]
}

function convDims(x: Value, w: Value, bias: Value | undefined, attributes: Attributes): Dim[] {
  const group = intOf(attributes, 'group', 1)
  assertEqual(`channels of the input and of the weights × ${group} groups`, x.dims[1]!, product([w.dims[1]!, group]))
  if (typeof w.dims[0] === 'number' && w.dims[0] % group)
    throw new Error(`${w.dims[0]} filters do not divide into ${group} groups`)
  if (bias) assertEqual('bias and filters', product(bias.dims), w.dims[0]!)
  const window = windowOf(attributes, kernelOf(attributes, w.dims.slice(2)))
  return [x.dims[0]!, w.dims[0]!, ...x.dims.slice(2).map((dim, axis) => windowed(dim, window, axis, false))]
}

const convInteger: InferRule = (inputs, attributes) => {
  const [x, w] = [required(inputs, 0), required(inputs, 1)]
  assertRank(w, spatialRank(x) + 2)
  return [type('int32', convDims(x, w, undefined, attributes))]
}

const convTranspose: InferRule = (inputs, attributes) => {
  const [x, w, bias] = [required(inputs, 0), required(inputs, 1), inputs[2]]
  const axes = spatialRank(x)
  assertRank(w, axes + 2)
  assertSameType(x, w, bias)
  assertEqual('channels of the input and of the weights', x.dims[1]!, w.dims[0]!)
  const channels = product([w.dims[1]!, intOf(attributes, 'group', 1)])
  if (bias) assertEqual('bias and output channels', product(bias.dims), channels)
  const window = windowOf(attributes, kernelOf(attributes, w.dims.slice(2)))
  const more = intsOf(attributes, 'output_padding') ?? new Array<number>(axes).fill(0)
  const sizes = intsOf(attributes, 'output_shape')
  const spatial = x.dims.slice(2).map((dim, axis) => sizes?.at(axis - axes) ?? widened(dim, window, axis, more[axis]!))
  return [type(x.dataType, [x.dims[0]!, channels, ...spatial])]
}

function widened(dim: Dim, { kernel, strides, dilations, pads, autoPad }: Window, axis: number, more: number): Dim {
  const size = kernel[axis]!
  if (typeof dim !== 'number' || typeof size !== 'number') return ''
  if (autoPad.startsWith('SAME')) return dim * strides[axis]!
  const cut = autoPad === 'VALID' ? 0 : pads[axis]! + pads[axis + kernel.length]!
  return strides[axis]! * (dim - 1) + more + (size - 1) * dilations[axis]! + 1 - cut
}

const pool: InferRule = (inputs, attributes, _constantOf, outputs) => {
  const x = required(inputs, 0)
  const kernel = intsOf(attributes, 'kernel_shape')
  if (!kernel) throw new Error('attribute "kernel_shape" is missing')
  if (kernel.length !== spatialRank(x)) throw new Error(`kernel_shape [${kernel}] for ${spatialRank(x)} spatial axes`)
  const window = windowOf(attributes, kernel)
  const ceil = intOf(attributes, 'ceil_mode', 0) === 1
  const dims = [...x.dims.slice(0, 2), ...x.dims.slice(2).map((dim, axis) => windowed(dim, window, axis, ceil))]
  return [type(x.dataType, dims), type('int64', dims)].slice(0, outputs)
}

const globalPool: InferRule = (inputs) => {
  const x = required(inputs, 0)
  return [type(x.dataType, [...x.dims.slice(0, 2), ...x.dims.slice(2).map(() => 1)])]
}

/** Per-channel numbers: scale, bias, mean, variance. Outputs beyond the first are training's running statistics. */
const batchNormalization: InferRule = (inputs, _attributes, _constantOf, outputs) => {
  const x = required(inputs, 0)
  const channels = x.dims[1] ?? 1
  const statistics = [1, 2, 3, 4].map((index) => {
    const value = required(inputs, index)
    assertRank(value, 1)
    assertEqual(`channels and %${value.name}`, channels, value.dims[0]!)
    return value
  })
  const running = statistics.slice(2).map((value) => type(value.dataType, [channels]))
  return [type(x.dataType, x.dims), ...running].slice(0, outputs)
}

/** Per-channel normalisations that keep the shape. */
const normalization: InferRule = (inputs) => {
  const x = required(inputs, 0)
  return [type(x.dataType, x.dims)]
}

/** The optional second and third outputs, mean and inverse deviation, have 1 along the normalised axes. */
const layerNormalization: InferRule = (inputs, attributes, _constantOf, outputs) => {
  const x = required(inputs, 0)
  const axis = intOf(attributes, 'axis', -1)
  const at = axis < 0 ? axis + x.dims.length : axis
  const rest = x.dims.map((dim, index) => (index < at ? dim : 1))
  return [type(x.dataType, x.dims), type('float32', rest), type('float32', rest)].slice(0, outputs)
}

/** Sizes or scales, of which one is given and constant: inputs X, roi, scales, sizes (opset 11), or X, scales (10). */
const resize: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const axes = intsOf(attributes, 'axes')?.map((axis) => (axis < 0 ? axis + x.dims.length : axis)) ?? [...x.dims.keys()]
  const given = resizeNumbers(inputs, constantOf)
  if (!given) return [type(x.dataType, unknownDims(x.dims.length))]
  const { numbers, absolute } = given
  if (numbers.length !== axes.length)
    throw new Error(`${numbers.length} sizes or scales [${numbers}] for ${axes.length} axes`)
  const dims = [...x.dims]
  const old = axes.map((axis) => dims[axis]!)
  const sizes = absolute ? keptAspect(old, numbers, attributes) : old.map((dim, index) => scaled(dim, numbers[index]!))
  axes.forEach((axis, index) => {
    dims[axis] = sizes[index]!
  })
  return [type(x.dataType, dims)]
}

/** Since opset 18 sizes may be bounds: one scale for all axes, the smallest or largest that they ask for. */
function keptAspect(old: readonly Dim[], sizes: number[], attributes: Attributes): readonly Dim[] {
  const policy = stringOf(attributes, 'keep_aspect_ratio_policy', 'stretch')
  if (policy === 'stretch') return sizes
  const scales = old.map((dim, index) => (typeof dim === 'number' ? sizes[index]! / dim : Number.NaN))
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales)
  return old.map((dim) => (Number.isFinite(scale) ? Math.round(scale * (dim as number)) : ''))
}

function scaled(dim: Dim, scale: number): Dim {
  if (typeof dim === 'number') return Math.floor(dim * scale)
  return scale === 1 ? dim : ''
}

function resizeNumbers(inputs: Inputs, constantOf: ConstantOf): { numbers: number[]; absolute: boolean } | undefined {
  const numbersOf = (value: Value | undefined): number[] | undefined => {
    const constant = value && constantOf(value)
    return constant && constant.data.length > 0 ? Array.from(constant.data as Float32Array, Number) : undefined
  }
  const sizes = numbersOf(inputs[3])
  if (sizes) return { numbers: sizes, absolute: true }
  const scales = numbersOf(inputs.length === 2 ? inputs[1] : inputs[2])
  return scales && { numbers: scales, absolute: false }
}

/** Operators on `[N, C, spatial…]`. */
export const spatial: Rules = {
  Conv: conv,
  ConvInteger: convInteger,
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  BatchNormalization: batchNormalization,
  InstanceNormalization: normalization,
  GroupNormalization: normalization,
  LayerNormalization: layerNormalization,
  Resize: resize,
  Upsample: resize,
}
