import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a + b: the gradient goes to both, summed over broadcast axes. */
export const add: GradientRule = ({ g, inputs, gradients, needed }) => {
  const [dy] = operands(gradients, 1, 'AddGrad')
  return operands(inputs, 2, 'Add').map((operand, i) => (needed[i] ? unbroadcast(g, dy, operand) : undefined))
}
