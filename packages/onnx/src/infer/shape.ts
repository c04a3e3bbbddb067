import { broadcast, compatible, product, quotient } from '../dims.ts'
import type { Dim } from '../types.ts'
import {
  axisOf,
  constantInts,
  type InferRule,
  intOf,
  intsFrom,
  intsOf,
  type Rules,
  required,
  type,
  unknownDims,
} from './rule.ts'

/** Everything before `axis` is one axis, everything from it on another. */
const flatten: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  const axis = intOf(attributes, 'axis', 1)
  const at = axis === x.dims.length ? axis : axisOf(axis, x.dims.length)
  return [type(x.dataType, [product(x.dims.slice(0, at)), product(x.dims.slice(at))])]
}

/** 0 copies the input's size (unless `allowzero`), -1 is what remains. */
const reshape: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const shape = intsFrom(attributes, 'shape', constantOf, inputs[1])
  if (!shape) {
    const rank = required(inputs, 1).dims[0]
    return [type(x.dataType, typeof rank === 'number' ? unknownDims(rank) : undefined)]
  }
  return [type(x.dataType, reshaped(x.dims, shape, intOf(attributes, 'allowzero', 0) === 1))]
}

function reshaped(from: readonly Dim[], shape: readonly number[], allowZero: boolean): Dim[] {
  const copied = shape.map((dim, axis): Dim => {
    if (dim !== 0 || allowZero) return dim
    if (axis >= from.length)
      throw new Error(`shape [${shape}] copies axis ${axis}, but the input [${from}] has rank ${from.length}`)
    return from[axis]!
  })
  const open = copied.indexOf(-1)
  if (open !== copied.lastIndexOf(-1)) throw new Error(`shape [${shape}] has more than one -1`)
  const total = product(from)
  if (open < 0) {
    if (!compatible(total, product(copied)))
      throw new Error(`${total} elements of [${from}] do not fit shape [${copied}]`)
    return copied
  }
  const rest = quotient(total, product(copied.toSpliced(open, 1)))
  if (rest === undefined) throw new Error(`${total} elements of [${from}] do not divide into shape [${copied}]`)
  return copied.with(open, rest)
}

const transpose: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  const order = intsOf(attributes, 'perm') ?? [...x.dims.keys()].reverse()
  const sorted = [...order].sort((a, b) => a - b)
  if (order.length !== x.dims.length || sorted.some((axis, index) => axis !== index)) {
    throw new Error(`perm [${order}] does not name each of the ${x.dims.length} axes once`)
  }
  return [
    type(
      x.dataType,
      order.map((axis) => x.dims[axis]!),
    ),
  ]
}

const squeeze: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const axes = intsFrom(attributes, 'axes', constantOf, inputs[1])?.map((axis) => axisOf(axis, x.dims.length))
  if (!axes && (inputs[1] || x.dims.some((dim) => typeof dim === 'string'))) return [type(x.dataType)]
  for (const axis of axes ?? []) {
    if (!compatible(x.dims[axis]!, 1)) throw new Error(`axis ${axis} has size ${x.dims[axis]}; only 1 can be squeezed`)
  }
  return [
    type(
      x.dataType,
      x.dims.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1)),
    ),
  ]
}

const unsqueeze: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const axes = intsFrom(attributes, 'axes', constantOf, inputs[1])
  if (!axes) {
    const count = required(inputs, 1).dims[0]
    return [type(x.dataType, typeof count === 'number' ? unknownDims(x.dims.length + count) : undefined)]
  }
  const rank = x.dims.length + axes.length
  const places = new Set(axes.map((axis) => axisOf(axis, rank)))
  if (places.size !== axes.length) throw new Error(`axes [${axes}] name an axis twice`)
  const rest = [...x.dims]
  return [
    type(
      x.dataType,
      Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : rest.shift()!)),
    ),
  ]
}

const expand: InferRule = (inputs, _attributes, constantOf) => {
  const x = required(inputs, 0)
  const shape = constantInts(constantOf, required(inputs, 1))
  if (shape) return [type(x.dataType, broadcast(x.dims, shape))]
  const rank = inputs[1]!.dims[0]
  return [type(x.dataType, typeof rank === 'number' ? unknownDims(Math.max(rank, x.dims.length)) : undefined)]
}

const tile: InferRule = (inputs, _attributes, constantOf) => {
  const x = required(inputs, 0)
  const repeats = constantInts(constantOf, required(inputs, 1))
  if (!repeats) return [type(x.dataType, unknownDims(x.dims.length))]
  if (repeats.length !== x.dims.length)
    throw new Error(`${repeats.length} repeats [${repeats}] for rank ${x.dims.length}`)
  return [
    type(
      x.dataType,
      x.dims.map((dim, axis) => product([dim, repeats[axis]!])),
    ),
  ]
}

/** `start` and `end` choose axes, since opset 15. */
const shape: InferRule = (inputs, attributes) => {
  const { dims } = required(inputs, 0)
  const chosen = dims.slice(intOf(attributes, 'start', 0), intOf(attributes, 'end', dims.length))
  return [type('int64', [chosen.length])]
}

const size: InferRule = (inputs) => {
  required(inputs, 0)
  return [type('int64', [])]
}

/** Operators that change a shape and keep the elements. */
export const shapes: Rules = {
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Shape: shape,
  Size: size,
}
