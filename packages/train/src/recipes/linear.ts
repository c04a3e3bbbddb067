import { linear as architecture } from '@pixelrow/model'
import { sgd } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import { augmentationFor } from './augmentation.ts'
import { recipe } from './recipe.ts'
import { sizeTraining } from './size.ts'

/** Softmax regression: one dense layer from pixels to classes. */
export const linear = recipe({
  name: 'linear',
  description: 'softmax regression, one dense layer',
  validation: 0.1,
  trainOnAll: true,
  augment: 'none',
  plan: (table, augment) => ({
    architecture: architecture(table),
    options: {
      ...sizeTraining(table, { epochs: 12, leastSteps: 1500 }),
      learningRate: 0.05,
      optimizer: sgd({ momentum: 0.9, weightDecay: 1e-4 }),
      schedule: oneCycle(),
      ...augmentationFor(table, augment),
    },
  }),
})
