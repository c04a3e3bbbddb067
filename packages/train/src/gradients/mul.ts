import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a · b, element by element. */
export const mul: GradientRule = ({ g, inputs, gradients: [dy], needed }) => {
  const [a, b] = operands(inputs, 2, 'Mul')
  return [
    needed[0] ? unbroadcast(g, g.op('Mul', [dy, b]), a) : undefined,
    needed[1] ? unbroadcast(g, g.op('Mul', [dy, a]), b) : undefined,
  ]
}
