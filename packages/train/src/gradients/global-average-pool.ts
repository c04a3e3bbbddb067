import { float32, int64 } from '@pixelrow/onnx'
import type { GradientRule } from './rule.ts'

/** Mean over the image: every pixel gets an equal share. */
export const globalAveragePool: GradientRule = ({ g, inputs: [x], gradients: [dy] }) => {
  const [, , height, width] = x!.dims.map(Number)
  const share = g.op('Mul', [dy, g.constant(float32(1 / (height! * width!)))])
  return [g.op('Expand', [share, g.constant(int64(x!.dims.map(Number)))])]
}
