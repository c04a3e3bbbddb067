import type { GradientRule } from '../differentiate.ts'
import { DOMAIN } from '../operators.ts'

/** Where the chain starts: the loss's own gradient is 1, so the logits' is that of the loss itself. */
export const softmaxCrossEntropy: GradientRule = ({
  g,
  inputs: [, targets, total],
  outputs: [, logProbabilities],
  gradients,
}) => {
  if (gradients.some(Boolean)) throw new Error('SoftmaxCrossEntropy must be the last operator of a training graph.')
  return [
    g.op('SoftmaxCrossEntropyGrad', [logProbabilities, targets, total], {}, { domain: DOMAIN }),
    undefined,
    undefined,
  ]
}
