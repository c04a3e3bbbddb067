import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a + b: the gradient goes to both, summed over broadcast axes. */
export const add: GradientRule = ({ g, inputs, gradients: [dy], needed }) =>
  inputs.map((operand, i) => (needed[i] ? unbroadcast(g, dy!, operand!) : undefined))
