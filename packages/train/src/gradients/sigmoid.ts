import { float32 } from '@pixelrow/onnx'
import type { GradientRule } from './rule.ts'

/** y = 1 / (1 + e⁻ˣ): dx = dy · y · (1 − y). */
export const sigmoid: GradientRule = ({ g, outputs: [y], gradients: [dy] }) => {
  const slope = g.op('Mul', [y, g.op('Sub', [g.constant(float32(1)), y])])
  return [g.op('Mul', [dy, slope])]
}
