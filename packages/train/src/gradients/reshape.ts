import { int64 } from '@pixelrow/onnx'
import type { GradientRule } from './rule.ts'

/** Reshape: the gradient gets the input's shape back. */
export const reshape: GradientRule = ({ g, inputs: [x], gradients: [dy] }) => [
  g.op('Reshape', [dy, g.constant(int64(x!.dims.map(Number)))]),
]
