import { ints } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'

/** Transpose: the gradient goes through the inverse permutation. */
export const transpose: GradientRule = ({ g, node, inputs, gradients: [dy] }) => {
  const [x] = operands(inputs, 1, 'Transpose')
  const rank = x.dims.length
  const perm = node.attributes.perm
  const order = perm && 'ints' in perm ? perm.ints.map(Number) : Array.from({ length: rank }, (_, i) => rank - 1 - i)
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return [g.op('Transpose', [dy], { perm: ints(inverse) })]
}
