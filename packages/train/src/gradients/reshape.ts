import { int64 } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'

/** Reshape: the gradient gets the input's shape back. */
export const reshape: GradientRule = ({ g, inputs, gradients: [dy] }) => {
  const [x] = operands(inputs, 1, 'Reshape')
  return [g.op('Reshape', [dy, g.constant(int64(x.dims.map(Number)))])]
}
