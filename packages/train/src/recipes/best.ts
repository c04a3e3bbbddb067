import { muon } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import { augmentationFor } from './augmentation.ts'
import { recipe } from './recipe.ts'
import { sizeTraining } from './size.ts'
import { vgg } from './vgg.ts'

/** The best that half an hour gives: five deeper nets with batch norm on bent images, whose answers to five shifted copies are averaged. */
export const best = recipe({
  name: 'best',
  description: 'five deeper convolutional nets on bent images, answering together',
  validation: 0.05,
  trainOnAll: false,
  augment: 'shift',
  plan(table, augment) {
    const size = sizeTraining(table, { epochs: 12, leastSteps: 2000, leastBatch: 2 })
    return {
      // Of a batch of one image nothing can be normalised.
      architecture: vgg(table, [32, 96, 192], { isNormalized: size.batchSize > 1 }),
      options: {
        ...size,
        learningRate: 0.05,
        optimizer: muon({ momentum: 0.9, weightDecay: 0.02, filtersOnly: true, adamShare: 0.1, beta2: 0.99 }),
        schedule: oneCycle({ warmup: 0.2, start: 0, end: 0, linear: true }),
        labelSmoothing: 0.05,
        ...augmentationFor(table, augment, { rotation: 10, scale: 0.1, shear: 0.1, elastic: 1 }),
      },
      ensemble: { members: 5, shift: 1 },
    }
  },
})
