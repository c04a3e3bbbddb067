import { operands } from '../../operands.ts'
import { floating, integer } from '../../operators.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'
import type { Form } from './form.ts'

/** alpha · a · b + beta · c. */
const gemm: Form = ({ ops, inputs, attributes: { alpha, beta, transA, transB } }) => {
  const [a, b] = operands(inputs, 2, 'Gemm')
  const c = inputs[2]
  const flag = (attribute: typeof transA) => attribute !== undefined && integer(attribute) === 1
  const scaled = (x: Tensor, factor: typeof alpha) => (factor ? ops.mul(x, ops.scalar(floating(factor))) : x)
  const product = scaled(ops.product(a, b, { transposeA: flag(transA), transposeB: flag(transB) }), alpha)
  return [c ? ops.add(product, scaled(c, beta)) : product]
}

/** Muon's polynomial a·x + b·x³ + c·x⁵. */
const [A, B, C] = [3.4445, -4.775, 2.0315]

const orthogonalize: Form = ({ ops, inputs, attributes }) => {
  const [x] = operands(inputs, 1, 'Orthogonalize')
  const [steps, epsilon] = [integer(attributes.steps), floating(attributes.epsilon)]
  const { shape, size } = x
  const matrix = ops.reshape(x, [shape[0]!, size / shape[0]!])
  return [ops.reshape(newtonSchulz(ops, matrix, steps, epsilon), shape)]
}

/** X times a polynomial of its smaller Gram matrix G at every step: only the first and the last product touch X itself. */
function newtonSchulz(ops: Ops, x: Tensor, steps: number, epsilon: number): Tensor {
  const tall = x.shape[0]! >= x.shape[1]!
  const norm = ops.sqrt(ops.sum(ops.mul(x, x), [0, 1]))
  const scaled = ops.div(x, ops.add(norm, ops.scalar(epsilon)))
  let gram = ops.product(scaled, scaled, tall ? { transposeA: true } : { transposeB: true })
  const size = gram.shape[0]!
  const diagonal = Array.from({ length: size * size }, (_, i) => (i % (size + 1) ? 0 : A))
  const identity = ops.constant(diagonal, [size, size])
  let factor: Tensor | undefined
  for (let step = 0; step < steps; step++) {
    const rest = ops.add(ops.mul(ops.product(gram, gram), ops.scalar(C)), ops.mul(gram, ops.scalar(B)))
    // Matrices that are polynomials of G commute.
    const times = (matrix: Tensor) => ops.add(ops.product(matrix, rest), ops.mul(matrix, ops.scalar(A)))
    factor = factor ? times(factor) : ops.add(rest, identity)
    if (step < steps - 1) gram = times(times(gram))
  }
  if (!factor) return scaled
  return tall ? ops.product(scaled, factor) : ops.product(factor, scaled)
}

export const matrixForms: Readonly<Record<string, Form>> = {
  Gemm: gemm,
  'pixelrow:Orthogonalize': orthogonalize,
}
