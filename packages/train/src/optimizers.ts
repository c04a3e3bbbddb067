import { addDecayedWeights, chain, scaleByAdam, scaleByLearningRate, type Transform, trace } from './transforms.ts'

/** An optimiser: a chain of transforms with the name and options that say in `run.json` what it was. */
export interface Optimizer {
  name: string
  options: Record<string, number | boolean>
  transform: Transform
}

/**
 * Stochastic gradient descent, as PyTorch's `SGD`.
 *
 * `momentum` 0..1 (default 0), `nesterov` (default false; needs momentum), `weightDecay` as L2 (default 0).
 */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 } = {}): Optimizer {
  if (nesterov && momentum === 0)
    throw new RangeError('sgd: nesterov needs a momentum above 0, e.g. { momentum: 0.9 }.')
  const transforms = [
    ...(weightDecay ? [addDecayedWeights(weightDecay)] : []),
    ...(momentum ? [trace(momentum, { nesterov })] : []),
    scaleByLearningRate,
  ]
  return { name: 'sgd', options: { momentum, nesterov, weightDecay }, transform: chain(...transforms) }
}

/** Adam (Kingma & Ba 2015), as PyTorch's `Adam` without weight decay. Defaults: beta1 0.9, beta2 0.999, epsilon 1e-8. */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}): Optimizer {
  const options = { beta1, beta2, epsilon }
  return { name: 'adam', options, transform: chain(scaleByAdam(options), scaleByLearningRate) }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019), as PyTorch's `AdamW`. `weightDecay` defaults to 0.01. */
export function adamw({ weightDecay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}): Optimizer {
  const moments = { beta1, beta2, epsilon }
  const transform = chain(scaleByAdam(moments), addDecayedWeights(weightDecay), scaleByLearningRate)
  return { name: 'adamw', options: { ...moments, weightDecay }, transform }
}
