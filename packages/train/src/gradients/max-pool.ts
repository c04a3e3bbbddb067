import { ints } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import { DOMAIN } from '../operators.ts'
import type { GradientRule } from './rule.ts'

/** Max pooling: each window's gradient goes to its largest pixel, the first of equals, as in PyTorch. */
export const maxPool: GradientRule = ({ g, node, inputs, outputs: [y, indices], gradients: [dy] }) => {
  const [x] = operands(inputs, 1, 'MaxPool')
  const input_shape = ints(x.dims.slice(2).map(Number))
  return [g.op('MaxPoolGrad', [dy, x, y, indices], { ...node.attributes, input_shape }, { domain: DOMAIN })]
}
