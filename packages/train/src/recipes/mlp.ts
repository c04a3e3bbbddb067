import { mlp as architecture } from '@pixelrow/model'
import { sgd } from '../optimizers.ts'
import { oneCycle } from '../schedules.ts'
import type { Recipe } from '../types.ts'
import { sizeTraining } from './steps.ts'

/** A multilayer perceptron with one hidden layer of 256, wider than the tutorial's 60. */
export const mlp: Recipe = {
  name: 'mlp',
  description: 'multilayer perceptron, one hidden layer of 256',
  trainOnAll: true,
  prepare: (table) => ({
    architecture: architecture(table, { hidden: [256] }),
    options: {
      ...sizeTraining(table, 10),
      learningRate: 0.1,
      optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
      schedule: oneCycle(),
    },
  }),
}
