import type { Dim } from '../types.ts'
import { axisOf, type InferRule, intOf, intsFrom, type Rules, required, type, unknownDims } from './rule.ts'

function reduced(dims: readonly Dim[], axes: readonly number[], keep: boolean): Dim[] {
  const gone = new Set(axes.map((axis) => axisOf(axis, dims.length)))
  return dims.flatMap((dim, axis) => (gone.has(axis) ? (keep ? [1] : []) : [dim]))
}

/** Axes as attribute (older) or constant input (newer); none means all, or with `noop_with_empty_axes` nothing. */
const reduce: InferRule = (inputs, attributes, constantOf) => {
  const x = required(inputs, 0)
  const keep = intOf(attributes, 'keepdims', 1) === 1
  const axes = intsFrom(attributes, 'axes', constantOf, inputs[1])
  if (!axes && inputs[1]) return [type(x.dataType, keep ? unknownDims(x.dims.length) : undefined)]
  if (axes?.length) return [type(x.dataType, reduced(x.dims, axes, keep))]
  if (intOf(attributes, 'noop_with_empty_axes', 0)) return [type(x.dataType, x.dims)]
  return [type(x.dataType, reduced(x.dims, [...x.dims.keys()], keep))]
}

const argReduce: InferRule = (inputs, attributes) => {
  const x = required(inputs, 0)
  const keep = intOf(attributes, 'keepdims', 1) === 1
  return [type('int64', reduced(x.dims, [intOf(attributes, 'axis', 0)], keep))]
}

const names = 'Sum Mean Max Min Prod SumSquare L1 L2 LogSum LogSumExp'.split(' ')

/** Sums, means, extremes over axes. */
export const reductions: Rules = {
  ...Object.fromEntries(names.map((name) => [`Reduce${name}`, reduce])),
  ArgMax: argReduce,
  ArgMin: argReduce,
}
