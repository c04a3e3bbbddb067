import { operands } from '../operands.ts'
import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a − b. */
export const sub: GradientRule = ({ g, inputs, gradients, needed }) => {
  const [a, b] = operands(inputs, 2, 'Sub')
  const [dy] = operands(gradients, 1, 'SubGrad')
  return [needed[0] ? unbroadcast(g, dy, a) : undefined, needed[1] ? unbroadcast(g, g.op('Neg', [dy]), b) : undefined]
}
