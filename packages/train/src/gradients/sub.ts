import type { GradientRule } from './rule.ts'
import { unbroadcast } from './unbroadcast.ts'

/** y = a − b. */
export const sub: GradientRule = ({ g, inputs: [a, b], gradients: [dy], needed }) => [
  needed[0] ? unbroadcast(g, dy!, a!) : undefined,
  needed[1] ? unbroadcast(g, g.op('Neg', [dy]), b!) : undefined,
]
