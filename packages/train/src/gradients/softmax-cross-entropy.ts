import { unsupported } from '../error.ts'
import { DOMAIN } from '../operators.ts'
import type { GradientRule } from './rule.ts'

/** Where the chain starts: the loss's own gradient is 1, or what the caller of `differentiate` scales it by. */
export const softmaxCrossEntropy: GradientRule = ({ g, inputs, outputs: [, logProbabilities], gradients }) => {
  const [, targets, total] = inputs
  const [dLoss, dLogProbabilities] = gradients
  if (dLogProbabilities) throw unsupported('SoftmaxCrossEntropy must be the last operator of a training graph.')
  const dLogits = g.op('SoftmaxCrossEntropyGrad', [logProbabilities, targets, total, dLoss], {}, { domain: DOMAIN })
  return [dLogits, undefined, undefined]
}
