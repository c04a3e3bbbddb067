import type { Node } from '@pixelrow/onnx'
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

/** The rules of our own operators that any device runs. */
export const plainRules: Readonly<Record<string, Lowering>> = {
  [`${DOMAIN}:AveragePoolGrad`]: averagePoolGrad,
  [`${DOMAIN}:BatchNormGrad`]: batchNormGrad,
  [`${DOMAIN}:BatchNormTrain`]: batchNormTrain,
  [`${DOMAIN}:ConvGradInput`]: convGradInput,
  [`${DOMAIN}:ConvGradWeight`]: convGradWeight,
  [`${DOMAIN}:MaxPool`]: maxPool,
  [`${DOMAIN}:MaxPoolGrad`]: maxPoolGrad,
  [`${DOMAIN}:OneHot`]: oneHot,
  [`${DOMAIN}:Orthogonalize`]: orthogonalize,
  [`${DOMAIN}:SeededMask`]: seededMask,
  [`${DOMAIN}:SoftmaxCrossEntropy`]: softmaxCrossEntropy,
  [`${DOMAIN}:SoftmaxCrossEntropyGrad`]: softmaxCrossEntropyGrad,
}

/** The rule of an operator, plain or a device's; undefined for one of ONNX's own that stays as it is. Throws for one of ours without a rule. */
export function ruleFor({ domain, opType }: Pick<Node, 'domain' | 'opType'>, rules = plainRules): Lowering | undefined {
  const operator = domain ? `${domain}:${opType}` : opType
  const rule = rules[operator]
  if (!rule && domain === DOMAIN) throw unsupported(`No lowering for operator ${operator}.`, { operator })
  return rule
}
