import { float32, int64 } from '@pixelrow/onnx'
import { imageSizes } from '../image-sizes.ts'
import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'

/** Mean over the image: every pixel gets an equal share. */
export const globalAveragePool: GradientRule = ({ g, inputs, gradients: [dy] }) => {
  const [x] = operands(inputs, 1, 'GlobalAveragePool')
  const [, , height, width] = imageSizes(x)
  const share = g.op('Mul', [dy, g.constant(float32(1 / (height * width)))])
  return [g.op('Expand', [share, g.constant(int64(x.dims.map(Number)))])]
}
