import { DOMAIN } from '../../operators.ts'
import type { DeviceLowering } from '../device.ts'
import { plainRules } from '../plain/index.ts'
import { convGradInput, convGradWeight } from './conv.ts'
import { BUFFERS } from './limits.ts'
import { maxPool, maxPoolGrad } from './max-pool.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

/**
 * What onnxruntime's WebGPU provider lacks or does badly is said in other words. Small operators cost a launch each, so that small parameters are
 * fused as on the CPU, but only as many at a time as one `Split` and one `Concat` can bind.
 */
export const webgpu: DeviceLowering = {
  rules: {
    ...plainRules,
    [`${DOMAIN}:ConvGradInput`]: convGradInput,
    [`${DOMAIN}:ConvGradWeight`]: convGradWeight,
    [`${DOMAIN}:MaxPool`]: maxPool,
    [`${DOMAIN}:MaxPoolGrad`]: maxPoolGrad,
    [`${DOMAIN}:SoftmaxCrossEntropy`]: softmaxCrossEntropy,
  },
  hasBlocks: false,
  fused: BUFFERS - 1,
}
