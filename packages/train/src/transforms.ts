import { float, float32, type GraphBuilder, int, sizeOf, type Value } from '@pixelrow/onnx'
import { callback, flag, listOf, number, whole } from '../../../common/options.ts'
import { amount, check, checkArguments, decay, positive, share } from './check.ts'
import { DOMAIN } from './operators.ts'

/** The value of a per-step scalar: `step` counts all steps of the training from 0, `steps` is their number. */
export type ScalarValue = (step: number, steps: number) => number

/** What a transform sees of the parameter whose gradient passes through it. */
export interface TransformContext {
  g: GraphBuilder
  parameter: Value
  /** A tensor of the parameter's shape, zero at the start, that the step carries on; `next` says what follows. */
  remember(name: string): { value: Value; next(value: Value): void }
  /** A number that differs from step to step, the same for all parameters. */
  scalar(name: string, value: ScalarValue): Value
  /** The learning rate of the step. */
  learningRate: Value
}

/**
 * A pure step from a gradient (or what earlier transforms made of it) towards the update that is added to the parameter.
 * It emits graph nodes and keeps no state of its own: what must be remembered is loop-carried like the weights.
 */
export type Transform = (update: Value, context: TransformContext) => Value

/** Applies transforms one after the other. */
export function chain(...transforms: Transform[]): Transform {
  checkArguments('chain', { transforms }, { transforms: listOf('functions', callback) })
  return (update, context) => transforms.reduce((value, transform) => transform(value, context), update)
}

/** Adds `weightDecay · parameter`: L2 regularisation where it stands before the moments, decoupled decay (Loshchilov & Hutter 2019) after them. */
export function addDecayedWeights(weightDecay: number): Transform {
  checkArguments('addDecayedWeights', { weightDecay }, { weightDecay: amount })
  return (update, { g, parameter }) => {
    return g.op('Add', [update, g.op('Mul', [parameter, g.constant(float32(weightDecay))])])
  }
}

/** Momentum as PyTorch's SGD has it: m ← decay · m + update, with a decay of 0 to 1; with `nesterov` the update is update + decay · m (Sutskever et al. 2013). */
export function trace(decay: number, options: { nesterov?: boolean } = {}): Transform {
  checkArguments('trace', { decay }, { decay: share })
  check('trace', options, { nesterov: flag })
  const { nesterov = false } = options
  return (update, { g, remember }) => {
    const factor = g.constant(float32(decay))
    const momentum = remember('momentum')
    const next = g.op('Add', [g.op('Mul', [momentum.value, factor]), update])
    momentum.next(next)
    return nesterov ? g.op('Add', [update, g.op('Mul', [next, factor])]) : next
  }
}

/**
 * Adam's scaling (Kingma & Ba 2015): m / (√v + epsilon) with the moments' bias corrections, which arrive as per-step numbers.
 */
export function scaleByAdam(options: { beta1?: number; beta2?: number; epsilon?: number } = {}): Transform {
  check('scaleByAdam', options, { beta1: decay, beta2: decay, epsilon: positive })
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  return (update, { g, remember, scalar }) => {
    const number = (value: number) => g.constant(float32(value))
    const average = (name: string, value: Value, beta: number) => {
      const moment = remember(name)
      const next = g.op('Add', [g.op('Mul', [moment.value, number(beta)]), g.op('Mul', [value, number(1 - beta)])])
      moment.next(next)
      return g.op('Div', [next, scalar(`${name}_correction`, (step) => 1 - beta ** (step + 1))])
    }
    const mean = average('mean', update, beta1)
    const square = average('square', g.op('Mul', [update, update]), beta2)
    return g.op('Div', [mean, g.op('Add', [g.op('Sqrt', [square]), number(epsilon)])])
  }
}

/** Turns the direction into the step to add: −learning rate · update. */
export const scaleByLearningRate: Transform = (update, { g, learningRate }) =>
  g.op('Neg', [g.op('Mul', [update, learningRate])])

/** Sends parameters that `select` picks through one transform and all others through another. */
export function partition(select: (parameter: Value) => boolean, chosen: Transform, others: Transform): Transform {
  checkArguments('partition', { select, chosen, others }, { select: callback, chosen: callback, others: callback })
  return (update, context) => (select(context.parameter) ? chosen : others)(update, context)
}

/** Multiplies the update by a constant. */
export function scale(factor: number): Transform {
  checkArguments('scale', { factor }, { factor: number() })
  return (update, { g }) => g.op('Mul', [update, g.constant(float32(factor))])
}

/**
 * Replaces a matrix by nearly the orthogonal one next to it: `steps` Newton–Schulz iterations (Jordan et al. 2024, "Muon"),
 * then scaled by √max(1, rows / columns) of the matrix `[outputs, inputs]`, as PyTorch's `Muon` does by default.
 * Convolution filters count as matrices `[filters, everything else]`, dense weights `[inputs, units]` as their transpose.
 */
export function orthogonalize(options: { steps?: number; epsilon?: number } = {}): Transform {
  check('orthogonalize', options, { steps: whole(1), epsilon: positive })
  const { steps = 5, epsilon = 1e-7 } = options
  return (update, { g, parameter }) => {
    const [first, ...rest] = parameter.dims.map(Number) as [number, ...number[]]
    const [outputs, inputs] = rest.length === 1 ? [rest[0]!, first] : [first, sizeOf(rest)]
    const direction = g.op(
      'Orthogonalize',
      [update],
      { steps: int(steps), epsilon: float(epsilon) },
      { domain: DOMAIN },
    )
    return outputs > inputs ? g.op('Mul', [direction, g.constant(float32(Math.sqrt(outputs / inputs)))]) : direction
  }
}
