import { DOMAIN } from '../../operators.ts'
import type { DeviceLowering } from '../device.ts'
import { plainRules } from '../plain/index.ts'
import { batchNormGrad, batchNormTrain } from './batch-norm.ts'
import { convGradWeight } from './conv.ts'
import { orthogonalizeAll, together } from './orthogonalize.ts'
import { reduceSum } from './reduce.ts'

/**
 * Each operator costs a launch of some microseconds, which is more than most of them compute, so that rules here make few. And cuDNN, half a
 * gigabyte, is only for what cannot be said well without it: convolutions and pools.
 */
export const cuda: DeviceLowering = {
  prepare: together,
  rules: {
    ...plainRules,
    ReduceSum: reduceSum,
    [`${DOMAIN}:BatchNormGrad`]: batchNormGrad,
    [`${DOMAIN}:BatchNormTrain`]: batchNormTrain,
    [`${DOMAIN}:ConvGradWeight`]: convGradWeight,
    [`${DOMAIN}:OrthogonalizeAll`]: orthogonalizeAll,
  },
  hasBlocks: false,
  fused: Infinity,
  // The rows' lengths and addresses go up at every step.
  fusionSaves: 8,
}
