import { int64, ints } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import { DOMAIN } from '../operators.ts'
import type { GradientRule } from './rule.ts'

/** y = conv(x, w) + b with strides and pads: whole operators for dx and dw, since devices compute them in different ways. */
export const conv: GradientRule = ({ g, node, inputs, gradients: [dy], needed }) => {
  const [x, w] = operands(inputs, 2, 'Conv')
  const b = inputs[2]
  const { strides = ints([1, 1]), pads = ints([0, 0, 0, 0]) } = node.attributes
  const input_shape = ints(x.dims.slice(2).map(Number))
  const kernel_shape = ints(w.dims.slice(2).map(Number))
  const own = { domain: DOMAIN }
  return [
    needed[0] ? g.op('ConvGradInput', [dy, w], { strides, pads, input_shape }, own) : undefined,
    needed[1] ? g.op('ConvGradWeight', [x, dy], { strides, pads, kernel_shape }, own) : undefined,
    b && needed[2] ? g.op('ReduceSum', [dy, g.constant(int64([0, 2, 3]))], { keepdims: { int: 0 } }) : undefined,
  ]
}
