import { float, float32, type GraphBuilder, int, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { floating, integer } from '../../operators.ts'
import type { Lowering } from './lowering.ts'
import { reshape } from './shape.ts'

/** Muon's polynomial a·x + b·x³ + c·x⁵. */
export const COEFFICIENTS = [3.4445, -4.775, 2.0315] as const
const [A, B, C] = COEFFICIENTS

export const orthogonalize: Lowering = ({ g, inputs, attributes }) => {
  const [x] = operands(inputs, 1, 'Orthogonalize')
  const dims = x.dims.map(Number)
  const options = { steps: integer(attributes.steps), epsilon: floating(attributes.epsilon) }
  const matrix = dims.length === 2 ? x : reshape(g, x, [dims[0]!, sizeOf(dims.slice(1))])
  return [reshape(g, newtonSchulz(g, matrix, options), dims)]
}

/**
 * The iterations in the space of the smaller Gram matrix G: X is a polynomial of G times X at every step, so that only the first and the
 * last product touch X itself.
 */
export function newtonSchulz(g: GraphBuilder, x: Value, { steps, epsilon }: { steps: number; epsilon: number }): Value {
  const [rows, columns] = x.dims.map(Number) as [number, number]
  const tall = rows >= columns
  const size = Math.min(rows, columns)
  const norm = g.op('ReduceL2', [x], { keepdims: int(0) })
  const scaled = g.op('Div', [x, g.op('Add', [norm, g.constant(float32(epsilon))])])
  let gram = g.op('Gemm', [scaled, scaled], tall ? { transA: int(1) } : { transB: int(1) })
  const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) ? 0 : A))
  let factor: Value | undefined
  for (let step = 0; step < steps; step++) {
    const rest = g.op('Gemm', [gram, gram, gram], { alpha: float(C), beta: float(B) })
    // Matrices that are polynomials of G commute.
    const times = (matrix: Value) => g.op('Gemm', [matrix, rest, matrix], { beta: float(A) })
    factor = factor ? times(factor) : g.op('Add', [rest, g.constant(float32(identity, [size, size]))])
    if (step < steps - 1) gram = times(times(gram))
  }
  if (!factor) return scaled
  return g.op('Gemm', tall ? [scaled, factor] : [factor, scaled])
}
