import { unsupported } from '../../error.ts'
import { DOMAIN } from '../../operators.ts'
import { batchNormGrad, batchNormTrain } from './batch-norm.ts'
import { convGradInput, convGradWeight } from './conv.ts'
import type { Lowering } from './lowering.ts'
import { oneHot } from './one-hot.ts'
import { orthogonalize } from './orthogonalize.ts'
import { averagePoolGrad, maxPool, maxPoolGrad } from './pool.ts'
import { seededMask } from './seeded-mask.ts'
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from './softmax-cross-entropy.ts'

const lowerings: Readonly<Record<string, Lowering>> = {
  AveragePoolGrad: averagePoolGrad,
  BatchNormGrad: batchNormGrad,
  BatchNormTrain: batchNormTrain,
  ConvGradInput: convGradInput,
  ConvGradWeight: convGradWeight,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  OneHot: oneHot,
  Orthogonalize: orthogonalize,
  SeededMask: seededMask,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  SoftmaxCrossEntropyGrad: softmaxCrossEntropyGrad,
}

/** The plain rule of an operator of our own domain, which any device runs. */
export function plainLowering(opType: string): Lowering {
  const lowering = lowerings[opType]
  if (!lowering) throw unsupported(`No lowering for operator ${DOMAIN}:${opType}.`, { operator: `${DOMAIN}:${opType}` })
  return lowering
}
