import { broadcast, compatible } from '../dims.ts'
import type { Dim } from '../types.ts'
import { assertEqual, assertRank, assertSameType, type InferRule, intOf, type Rules, required, type } from './rule.ts'

/** `alpha A' B' + beta C`, where a prime is a transposition if `transA` or `transB` is 1, and C broadcasts to the result. */
const gemm: InferRule = (inputs, attributes) => {
  const [a, b, c] = [required(inputs, 0), required(inputs, 1), inputs[2]]
  assertRank(a, 2)
  assertRank(b, 2)
  assertSameType(a, b, c)
  const [m, k] = (intOf(attributes, 'transA', 0) ? [...a.dims].reverse() : a.dims) as [Dim, Dim]
  const [inner, n] = (intOf(attributes, 'transB', 0) ? [...b.dims].reverse() : b.dims) as [Dim, Dim]
  assertEqual('inner sizes', k, inner)
  if (c) assertInto(c.dims, [m, n])
  return [type(a.dataType, [m, n])]
}

/** Throws unless `from` broadcasts to `to` without changing it. */
function assertInto(from: readonly Dim[], to: readonly Dim[]): void {
  const dims = broadcast(from, to)
  const kept = dims.length === to.length && to.every((dim, axis) => dim !== 1 || compatible(dims[axis]!, 1))
  if (!kept) throw new Error(`C [${from}] does not broadcast to [${to}]`)
}

/** NumPy's matmul: the last two axes multiply, those before broadcast, a vector is a row or a column. */
const matMul: InferRule = (inputs) => {
  const [a, b] = [required(inputs, 0), required(inputs, 1)]
  assertSameType(a, b)
  return [type(a.dataType, matMulDims(a.dims, b.dims))]
}

function matMulDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const [left, right] = [matricesOf(a.length === 1 ? [1, ...a] : a), matricesOf(b.length === 1 ? [...b, 1] : b)]
  assertEqual('inner sizes', left.columns, right.rows)
  return [
    ...broadcast(left.stack, right.stack),
    ...(a.length === 1 ? [] : [left.rows]),
    ...(b.length === 1 ? [] : [right.columns]),
  ]
}

/** The last two axes, and those before. */
function matricesOf(dims: readonly Dim[]): { stack: readonly Dim[]; rows: Dim; columns: Dim } {
  const [rows, columns] = dims.slice(-2)
  if (rows === undefined || columns === undefined) throw new Error('a scalar has no rows or columns; use Mul')
  return { stack: dims.slice(0, -2), rows, columns }
}

const matMulInteger: InferRule = (inputs) => [
  type('int32', matMulDims(required(inputs, 0).dims, required(inputs, 1).dims)),
]

/** Matrix products. */
export const linear: Rules = { Gemm: gemm, MatMul: matMul, MatMulInteger: matMulInteger }
