import { muon } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import { augmentationFor } from './augmentation.ts'
import { convnet } from './convnet.ts'
import { recipe } from './recipe.ts'
import { sizeTraining } from './size.ts'

/** The shortest way to 99 % of MNIST's digits: a small net, Muon for its filters, one and a half epochs. */
export const fast = recipe({
  name: 'fast',
  description: 'small convolutional net, one and a half epochs',
  validation: 0.05,
  trainOnAll: false,
  augment: 'none',
  plan: (table, augment) => ({
    architecture: convnet(table, [16, 32, 64]),
    options: {
      ...sizeTraining(table, { epochs: 1.5, leastSteps: 400 }),
      learningRate: 0.15,
      // Adam at 0.006 for the dense layer and the biases.
      optimizer: muon({ momentum: 0.6, weightDecay: 0, filtersOnly: true, adamShare: 0.04, beta2: 0.99 }),
      schedule: oneCycle({ warmup: 0.2, start: 0, end: 0, linear: true }),
      ...augmentationFor(table, augment),
    },
  }),
})
