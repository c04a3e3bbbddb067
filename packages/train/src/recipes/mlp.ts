import { mlp as architecture } from '@pixelrow/model'
import { sgd } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import { augmentationFor } from './augmentation.ts'
import { recipe } from './recipe.ts'
import { sizeTraining } from './size.ts'

/** A multilayer perceptron with one hidden layer of 256, wider than the tutorial's 60. */
export const mlp = recipe({
  name: 'mlp',
  description: 'multilayer perceptron, one hidden layer of 256',
  validation: 0.1,
  trainOnAll: true,
  augment: 'none',
  plan: (table, augment) => ({
    architecture: architecture(table, { hidden: [256] }),
    options: {
      ...sizeTraining(table, { epochs: 10, leastSteps: 1500 }),
      learningRate: 0.1,
      optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
      schedule: oneCycle(),
      ...augmentationFor(table, augment),
    },
  }),
})
