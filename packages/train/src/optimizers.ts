import {
  addDecayedWeights,
  chain,
  orthogonalize,
  partition,
  scale,
  scaleByAdam,
  scaleByLearningRate,
  type Transform,
  trace,
} from './transforms.ts'

/** An optimiser: a chain of transforms with the name and options that say in `run.json` what it was. */
export interface Optimizer {
  name: string
  options: Record<string, number | boolean>
  transform: Transform
  /** True where the update is −learning rate · gradient and nothing else: then the loss is scaled instead, once for all parameters. */
  scalesLoss?: boolean
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
  const options = { momentum, nesterov, weightDecay }
  return { name: 'sgd', options, transform: chain(...transforms), scalesLoss: transforms.length === 1 }
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

/**
 * Muon (Jordan et al. 2024), as PyTorch's `Muon`: the momentum of each weight matrix and filter is made orthogonal; biases and other
 * vectors go through Adam at `adamShare` of the learning rate. With `filtersOnly` dense layers go through Adam, too.
 *
 * Defaults: momentum 0.95, nesterov true, steps 5 (of Newton–Schulz), weightDecay 0.1 (decoupled), adamShare 0.05, beta2 0.999 (Adam's),
 * filtersOnly false.
 */
export function muon({
  momentum = 0.95,
  nesterov = true,
  steps = 5,
  weightDecay = 0.1,
  adamShare = 0.05,
  beta2 = 0.999,
  filtersOnly = false,
} = {}): Optimizer {
  const decay = weightDecay ? [addDecayedWeights(weightDecay)] : []
  const matrices = chain(trace(momentum, { nesterov }), orthogonalize({ steps }), ...decay, scaleByLearningRate)
  const others = chain(scaleByAdam({ beta2 }), scale(adamShare), scaleByLearningRate)
  const transform = partition(({ dims }) => dims.length > (filtersOnly ? 2 : 1), matrices, others)
  const options = { momentum, nesterov, steps, weightDecay, adamShare, beta2, filtersOnly }
  return { name: 'muon', options, transform }
}
