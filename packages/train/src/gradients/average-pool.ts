import { ints } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import { DOMAIN } from '../operators.ts'
import type { GradientRule } from './rule.ts'

/** Average pooling: each pixel gets its share of every window it is in. */
export const averagePool: GradientRule = ({ g, node, inputs, gradients: [dy] }) => {
  const [x] = operands(inputs, 1, 'AveragePool')
  const input_shape = ints(x.dims.slice(2).map(Number))
  return [g.op('AveragePoolGrad', [dy], { ...node.attributes, input_shape }, { domain: DOMAIN })]
}
