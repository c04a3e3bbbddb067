import { linear as architecture } from '@pixelrow/model'
import { sgd } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import type { Recipe } from '../types.ts'
import { sizeTraining } from './steps.ts'

/** Softmax regression: one dense layer from pixels to classes. */
export const linear: Recipe = {
  name: 'linear',
  description: 'softmax regression, one dense layer',
  trainOnAll: true,
  prepare: (table) => ({
    architecture: architecture(table),
    options: {
      ...sizeTraining(table, 12),
      learningRate: 0.05,
      optimizer: sgd({ momentum: 0.9, weightDecay: 1e-4 }),
      schedule: oneCycle(),
    },
  }),
}
