import { float32 } from '@pixelrow/onnx'
import type { GradientRule } from './rule.ts'

/** y = tanh x: dx = dy · (1 − y²). */
export const tanh: GradientRule = ({ g, outputs: [y], gradients: [dy] }) => {
  const slope = g.op('Sub', [g.constant(float32(1)), g.op('Mul', [y, y])])
  return [g.op('Mul', [dy, slope])]
}
