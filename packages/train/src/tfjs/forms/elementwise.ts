import { operands } from '../../operands.ts'
import { floating } from '../../operators.ts'
import type { Form } from './form.ts'

const unary =
  (kernel: string): Form =>
  ({ ops, inputs }) => {
    const [x] = operands(inputs, 1, kernel)
    return [ops.run(kernel, { x })]
  }

const binary =
  (kernel: string): Form =>
  ({ ops, inputs }) => {
    const [a, b] = operands(inputs, 2, kernel)
    return [ops.run(kernel, { a, b })]
  }

/** max(0, min(1, alpha · x + beta)). */
const hardSigmoid: Form = ({ ops, inputs, attributes: { alpha, beta } }) => {
  const [x] = operands(inputs, 1, 'HardSigmoid')
  const line = ops.add(ops.mul(x, ops.scalar(floating(alpha))), ops.scalar(floating(beta)))
  return [ops.run('ClipByValue', { x: line }, { clipValueMin: 0, clipValueMax: 1 })]
}

/** All that a graph casts is bytes, which come in as float32. */
const cast: Form = ({ ops, inputs }) => {
  const [x] = operands(inputs, 1, 'Cast')
  return [ops.run('Cast', { x }, { dtype: 'float32' })]
}

export const elementwiseForms: Readonly<Record<string, Form>> = {
  Add: binary('Add'),
  Cast: cast,
  Div: binary('RealDiv'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  HardSigmoid: hardSigmoid,
  Identity: unary('Identity'),
  Mul: binary('Multiply'),
  Neg: unary('Neg'),
  Relu: unary('Relu'),
  Sigmoid: unary('Sigmoid'),
  Sqrt: unary('Sqrt'),
  Sub: binary('Sub'),
  Tanh: unary('Tanh'),
}
