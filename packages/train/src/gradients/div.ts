import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a / b: da = dy / b, db = −dy · y / b. */
export const div: GradientRule = ({ g, inputs, outputs: [y], gradients: [dy], needed }) => {
  const [a, b] = operands(inputs, 2, 'Div')
  const da = g.op('Div', [dy, b])
  return [
    needed[0] ? unbroadcast(g, da, a) : undefined,
    needed[1] ? unbroadcast(g, g.op('Neg', [g.op('Mul', [da, y])]), b) : undefined,
  ]
}
