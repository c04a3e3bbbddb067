import { flag, type Rules, whole } from '../../../common/options.ts'
import { amount, check, decay, positive } from './check.ts'
import { TrainError } from './error.ts'
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
 * `momentum` 0 to below 1 (default 0), `nesterov` (default false; needs momentum), `weightDecay` as L2, 0 or more (default 0).
 */
export function sgd(options: { momentum?: number; nesterov?: boolean; weightDecay?: number } = {}): Optimizer {
  check('sgd', options, { momentum: decay, nesterov: flag, weightDecay: amount })
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options
  if (nesterov && momentum === 0) {
    throw new TrainError({
      code: 'TRAIN_OPTION_NEEDS',
      params: { where: 'sgd', option: 'nesterov', needs: 'momentum' },
      message: 'sgd: nesterov needs a momentum above 0, e.g. { momentum: 0.9 }.',
    })
  }
  const transforms = [
    ...(weightDecay ? [addDecayedWeights(weightDecay)] : []),
    ...(momentum ? [trace(momentum, { nesterov })] : []),
    scaleByLearningRate,
  ]
  const settled = { momentum, nesterov, weightDecay }
  return { name: 'sgd', options: settled, transform: chain(...transforms), scalesLoss: transforms.length === 1 }
}

/** The moments of Adam: how they decay (0 to below 1), and what keeps a division by 0 away (above 0). */
interface Moments {
  beta1?: number
  beta2?: number
  epsilon?: number
}

/**
 * Adam (Kingma & Ba 2015), as PyTorch's `Adam` without weight decay, which `adamw` has. Defaults: beta1 0.9, beta2 0.999 (0 to below 1),
 * epsilon 1e-8 (above 0).
 */
export function adam(options: Moments & { weightDecay?: never } = {}): Optimizer {
  check('adam', options, {
    beta1: decay,
    beta2: decay,
    epsilon: positive,
    weightDecay: () => 'left to adamw, which has it',
  })
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  const moments = { beta1, beta2, epsilon }
  return { name: 'adam', options: moments, transform: chain(scaleByAdam(moments), scaleByLearningRate) }
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019), as PyTorch's `AdamW`. `weightDecay` is 0 or more, default 0.01; the others as `adam`'s. */
export function adamw(options: Moments & { weightDecay?: number } = {}): Optimizer {
  check('adamw', options, { weightDecay: amount, beta1: decay, beta2: decay, epsilon: positive })
  const { weightDecay = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  const moments = { beta1, beta2, epsilon }
  const transform = chain(scaleByAdam(moments), addDecayedWeights(weightDecay), scaleByLearningRate)
  return { name: 'adamw', options: { ...moments, weightDecay }, transform }
}

/**
 * Muon (Jordan et al. 2024), as PyTorch's `Muon`: the momentum of each weight matrix and filter is made orthogonal; biases and other
 * vectors go through Adam at `adamShare` of the learning rate. With `filtersOnly` dense layers go through Adam, too.
 *
 * Defaults: momentum 0.95 (0 to below 1), nesterov true, steps 5 (of Newton–Schulz, 1 or more), weightDecay 0.1 (decoupled, 0 or more),
 * adamShare 0.05 (0 or more), beta2 0.999 (Adam's), filtersOnly false.
 */
export function muon(options: MuonOptions = {}): Optimizer {
  check('muon', options, muonRules)
  const { momentum = 0.95, nesterov = true, steps = 5, weightDecay = 0.1, adamShare = 0.05 } = options
  const { beta2 = 0.999, filtersOnly = false } = options
  const decayed = weightDecay ? [addDecayedWeights(weightDecay)] : []
  const matrices = chain(trace(momentum, { nesterov }), orthogonalize({ steps }), ...decayed, scaleByLearningRate)
  const others = chain(scaleByAdam({ beta2 }), scale(adamShare), scaleByLearningRate)
  const transform = partition(({ dims }) => dims.length > (filtersOnly ? 2 : 1), matrices, others)
  const settled = { momentum, nesterov, steps, weightDecay, adamShare, beta2, filtersOnly }
  return { name: 'muon', options: settled, transform }
}

interface MuonOptions {
  momentum?: number
  nesterov?: boolean
  steps?: number
  weightDecay?: number
  adamShare?: number
  beta2?: number
  filtersOnly?: boolean
}

const muonRules: Rules<MuonOptions> = {
  momentum: decay,
  nesterov: flag,
  steps: whole(1),
  weightDecay: amount,
  adamShare: amount,
  beta2: decay,
  filtersOnly: flag,
}
