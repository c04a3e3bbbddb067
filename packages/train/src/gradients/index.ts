import { DOMAIN } from '../operators.ts'
import { add } from './add.ts'
import { averagePool } from './average-pool.ts'
import { batchNormTrain } from './batch-norm.ts'
import { conv } from './conv.ts'
import { div } from './div.ts'
import { erf } from './erf.ts'
import { gemm } from './gemm.ts'
import { globalAveragePool } from './global-average-pool.ts'
import { maxPool } from './max-pool.ts'
import { mul } from './mul.ts'
import { relu } from './relu.ts'
import { reshape } from './reshape.ts'
import type { GradientRule } from './rule.ts'
import { sigmoid } from './sigmoid.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'
import { sub } from './sub.ts'
import { tanh } from './tanh.ts'
import { transpose } from './transpose.ts'

/** The gradient rule of every operator a training graph may hold; keys of our own domain are `pixelrow:Name`. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Add: add,
  AveragePool: averagePool,
  Conv: conv,
  Div: div,
  Erf: erf,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  Mul: mul,
  Relu: relu,
  Reshape: reshape,
  Sigmoid: sigmoid,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  [`${DOMAIN}:BatchNormTrain`]: batchNormTrain,
  [`${DOMAIN}:MaxPool`]: maxPool,
  [`${DOMAIN}:SoftmaxCrossEntropy`]: softmaxCrossEntropy,
}
