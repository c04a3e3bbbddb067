import { compatible, product, quotient, refine } from '../dims.ts'
import type { Dim, Value } from '../types.ts'
import {
  assertEqual,
  assertSameType,
  axisOf,
  constantInts,
  type InferRule,
  intOf,
  intsFrom,
  type Rules,
  required,
  type,
  unknownDims,
} from './rule.ts'

const concat: InferRule = (inputs, attributes) => {
  const values = inputs.map((_, index) => required(inputs, index))
  const first = required(values, 0)
  assertSameType(...values)
  const axis = axisOf(intOf(attributes, 'axis', 0), first.dims.length)
  return [
    type(
      first.dataType,
      values.slice(1).reduce((dims, value) => joined(dims, value, axis), first.dims),
    ),
  ]
}

function joined(dims: readonly Dim[], { name, dims: more }: Value, axis: number): Dim[] {
  if (dims.length !== more.length) throw new Error(`%${name} has rank ${more.length}, expected ${dims.length}`)
  return dims.map((dim, at) => {
    if (at === axis) return typeof dim === 'number' && typeof more[at] === 'number' ? dim + more[at] : ''
    assertEqual(`axis ${at}`, dim, more[at]!)
    return refine(dim, more[at]!)
  })
}

const split: InferRule = (inputs, attributes, constantOf, outputs) => {
  const x = required(inputs, 0)
  const axis = axisOf(intOf(attributes, 'axis', 0), x.dims.length)
  const sizes = intsFrom(attributes, 'split', constantOf, inputs[1])
  const parts = sizes ?? (inputs[1] ? unknownDims(outputs) : equalParts(x.dims[axis]!, attributes, outputs))
  if (parts.length !== outputs) throw new Error(`${parts.length} sizes [${parts}] for ${outputs} outputs`)
  const total = sizes?.reduce((sum, part) => sum + part, 0)
  if (total !== undefined) assertEqual(`sizes [${parts}] and axis ${axis}`, total, x.dims[axis]!)
  return parts.map((part) => type(x.dataType, x.dims.with(axis, part)))
}

/** Opset 18's `num_outputs` lets the last part be smaller; before, parts are equal. */
function equalParts(dim: Dim, attributes: Parameters<InferRule>[1], outputs: number): Dim[] {
  if (typeof dim === 'number' && 'num_outputs' in attributes) {
    const part = Math.ceil(dim / outputs)
    return Array.from({ length: outputs }, (_, index) => Math.max(0, Math.min(part, dim - index * part)))
  }
  const part = quotient(dim, outputs)
  if (part === undefined) throw new Error(`size ${dim} does not divide into ${outputs} equal outputs`)
  return new Array<Dim>(outputs).fill(part)
}

/** NumPy's `start:end:step` on chosen axes, as inputs (opset 10 and later) or attributes. */
const slice: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const starts = intsFrom(attributes, 'starts', constantOf, inputs[1])
  const ends = intsFrom(attributes, 'ends', constantOf, inputs[2])
  const axes =
    inputs[3] || attributes.axes ? intsFrom(attributes, 'axes', constantOf, inputs[3]) : starts && [...starts.keys()]
  const steps = inputs[4] ? constantInts(constantOf, inputs[4]) : starts?.map(() => 1)
  if (!axes) return [type(x.dataType, unknownDims(x.dims.length))]
  const dims = [...x.dims]
  for (const [index, axis] of axes.entries()) {
    const at = axisOf(axis, dims.length)
    dims[at] = sliced(dims[at]!, starts?.[index], ends?.[index], steps?.[index])
  }
  return [type(x.dataType, dims)]
}

function sliced(dim: Dim, start?: number, end?: number, step?: number): Dim {
  if (step === 0) throw new Error('step 0 never ends')
  if (start === undefined || end === undefined || step === undefined) return ''
  if (typeof dim === 'string') return start === 0 && step === 1 && end >= 2 ** 31 - 1 ? dim : ''
  const place = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + dim : at))
  const [from, to] =
    step > 0 ? [place(start, 0, dim), place(end, 0, dim)] : [place(start, 0, dim - 1), place(end, -1, dim - 1)]
  return Math.max(0, Math.ceil((to - from) / step))
}

/** Pads as attribute (before opset 11) or input: all starts, then all ends; `axes` since opset 18. */
const pad: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const pads = intsFrom(attributes, 'pads', constantOf, inputs[1])
  const axes = inputs[3] ? constantInts(constantOf, inputs[3]) : [...x.dims.keys()]
  if (!pads || !axes) return [type(x.dataType, unknownDims(x.dims.length))]
  if (pads.length !== 2 * axes.length)
    throw new Error(`${pads.length} pads [${pads}] for ${axes.length} axes, expected ${2 * axes.length}`)
  const dims = [...x.dims]
  for (const [index, axis] of axes.entries()) {
    const at = axisOf(axis, dims.length)
    const more = pads[index]! + pads[index + axes.length]!
    if (more !== 0) dims[at] = typeof dims[at] === 'number' ? dims[at] + more : ''
  }
  return [type(x.dataType, dims)]
}

function assertIndices(value: Value): void {
  const fits = value.dataType === 'int64' || value.dataType === 'int32'
  if (!fits) throw new Error(`indices %${value.name} are ${value.dataType}, expected int64 or int32`)
}

const gather: InferRule = (inputs, attributes) => {
  const [x, indices] = [required(inputs, 0), required(inputs, 1)]
  assertIndices(indices)
  const axis = axisOf(intOf(attributes, 'axis', 0), x.dims.length)
  return [type(x.dataType, x.dims.toSpliced(axis, 1, ...indices.dims))]
}

const gatherElements: InferRule = (inputs, attributes) => {
  const [x, indices] = [required(inputs, 0), required(inputs, 1)]
  assertIndices(indices)
  assertEqual('ranks of data and indices', x.dims.length, indices.dims.length)
  axisOf(intOf(attributes, 'axis', 0), x.dims.length)
  return [type(x.dataType, indices.dims)]
}

const gatherND: InferRule = (inputs, attributes) => {
  const [x, indices] = [required(inputs, 0), required(inputs, 1)]
  const batch = intOf(attributes, 'batch_dims', 0)
  const depth = indices.dims.at(-1)
  if (typeof depth !== 'number') return [type(x.dataType)]
  if (batch + depth > x.dims.length) throw new Error(`indices of ${depth} for rank ${x.dims.length}`)
  return [type(x.dataType, [...indices.dims.slice(0, -1), ...x.dims.slice(batch + depth)])]
}

const scatterElements: InferRule = (inputs, attributes) => {
  const [x, indices, updates] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)]
  assertIndices(indices)
  assertSameType(x, updates)
  axisOf(intOf(attributes, 'axis', 0), x.dims.length)
  const fits =
    indices.dims.length === updates.dims.length && indices.dims.every((dim, at) => compatible(dim, updates.dims[at]!))
  if (!fits) throw new Error(`indices [${indices.dims}] and updates [${updates.dims}] differ in shape`)
  assertEqual('ranks of data and indices', x.dims.length, indices.dims.length)
  return [type(x.dataType, x.dims)]
}

const scatterND: InferRule = (inputs) => {
  const x = required(inputs, 0)
  assertSameType(x, required(inputs, 2))
  return [type(x.dataType, x.dims)]
}

/** Depth must be constant for its axis to have a size. */
const oneHot: InferRule = (inputs, attributes, constantOf) => {
  const [indices, depth, values] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)]
  const rank = indices.dims.length + 1
  const axis = axisOf(intOf(attributes, 'axis', -1), rank)
  return [type(values.dataType, indices.dims.toSpliced(axis, 0, constantInts(constantOf, depth)?.[0] ?? ''))]
}

const topK: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const axis = axisOf(intOf(attributes, 'axis', -1), x.dims.length)
  const dims = x.dims.with(axis, constantInts(constantOf, required(inputs, 1))?.[0] ?? '')
  return [type(x.dataType, dims), type('int64', dims)]
}

/** One row an axis of the input, one column an element that is not zero. */
const nonZero: InferRule = (inputs) => [type('int64', [required(inputs, 0).dims.length, ''])]

const depthToSpace: InferRule = (inputs, attributes) => {
  const { dataType, dims } = required(inputs, 0)
  const block = intOf(attributes, 'blocksize', 1)
  const channels = quotient(dims[1] ?? '', block * block)
  if (channels === undefined) throw new Error(`${dims[1]} channels do not divide by ${block}²`)
  return [type(dataType, [dims[0]!, channels, ...dims.slice(2).map((dim) => product([dim, block]))])]
}

const spaceToDepth: InferRule = (inputs, attributes) => {
  const { dataType, dims } = required(inputs, 0)
  const block = intOf(attributes, 'blocksize', 1)
  const spatial = dims.slice(2).map((dim) => {
    const size = quotient(dim, block)
    if (size === undefined) throw new Error(`size ${dim} does not divide by ${block}`)
    return size
  })
  return [type(dataType, [dims[0]!, product([dims[1]!, block * block]), ...spatial])]
}

/** Operators that choose, join or place elements. */
export const selections: Rules = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  TopK: topK,
  NonZero: nonZero,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
}
