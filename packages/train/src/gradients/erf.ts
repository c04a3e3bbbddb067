import { float32 } from '@pixelrow/onnx'
import type { GradientRule } from './rule.ts'

/** y = erf x: dx = dy · 2/√π · exp(−x²). */
export const erf: GradientRule = ({ g, inputs: [x], gradients: [dy] }) => {
  const bell = g.op('Exp', [g.op('Neg', [g.op('Mul', [x, x])])])
  return [g.op('Mul', [dy, g.op('Mul', [bell, g.constant(float32(2 / Math.sqrt(Math.PI)))])])]
}
