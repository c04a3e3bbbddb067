import { DOMAIN } from '../operators.ts'
import type { GradientRule } from './rule.ts'

/** Batch normalisation over the batch's own mean and variance, through which gradients flow as well. */
export const batchNormTrain: GradientRule = ({ g, inputs: [, weight], outputs, gradients: [dy] }) => {
  const [, normalized, , , inverseStd] = outputs
  return g.ops('BatchNormGrad', [dy, normalized, inverseStd, weight], {}, { domain: DOMAIN, count: 3 })
}
