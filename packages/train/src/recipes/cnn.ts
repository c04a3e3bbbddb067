import { muon } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import { augmentationFor } from './augmentation.ts'
import { convnet } from './convnet.ts'
import { recipe } from './recipe.ts'
import { sizeTraining } from './size.ts'

/** A good classifier in a minute: the net of `fast` with more filters, fourteen epochs of shifted images, weight decay. */
export const cnn = recipe({
  name: 'cnn',
  description: 'convolutional net, fourteen epochs of shifted images',
  validation: 0.05,
  trainOnAll: false,
  augment: 'shift',
  plan: (table, augment) => ({
    architecture: convnet(table, [16, 64, 128]),
    options: {
      ...sizeTraining(table, { epochs: 14, leastSteps: 1500 }),
      learningRate: 0.15,
      optimizer: muon({ momentum: 0.6, weightDecay: 0.02, filtersOnly: true, adamShare: 0.04, beta2: 0.99 }),
      schedule: oneCycle({ warmup: 0.2, start: 0, end: 0, linear: true }),
      labelSmoothing: 0.05,
      ...augmentationFor(table, augment),
    },
  }),
})
