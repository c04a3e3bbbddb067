import { float, float32, type GraphBuilder, int, int64, ints, sizeOf, type Value } from '@pixelrow/onnx'

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
  return (update, context) => transforms.reduce((value, transform) => transform(value, context), update)
}

/** Adds `weightDecay · parameter`: L2 regularisation where it stands before the moments, decoupled decay (Loshchilov & Hutter 2019) after them. */
export function addDecayedWeights(weightDecay: number): Transform {
  return (update, { g, parameter }) => {
    return g.op('Add', [update, g.op('Mul', [parameter, g.constant(float32(weightDecay))])])
  }
}

/** Momentum as PyTorch's SGD has it: m ← decay · m + update; with `nesterov` the update is update + decay · m (Sutskever et al. 2013). */
export function trace(decay: number, { nesterov = false } = {}): Transform {
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
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}): Transform {
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
  return (update, context) => (select(context.parameter) ? chosen : others)(update, context)
}

/** Multiplies the update by a constant. */
export function scale(factor: number): Transform {
  return (update, { g }) => g.op('Mul', [update, g.constant(float32(factor))])
}

/** Muon's polynomial a·x + b·x³ + c·x⁵, which drives singular values towards 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315]

/**
 * Replaces a matrix by nearly the orthogonal one next to it: `steps` Newton–Schulz iterations (Jordan et al. 2024, "Muon"),
 * then scaled by √max(1, rows / columns) of the matrix `[outputs, inputs]`, as PyTorch's `Muon` does by default.
 * Convolution filters count as matrices `[filters, everything else]`, dense weights `[inputs, units]` as their transpose.
 */
export function orthogonalize({ steps = 5, epsilon = 1e-7 } = {}): Transform {
  return (update, { g, parameter }) => {
    const dims = parameter.dims.map(Number)
    const size = sizeOf(dims)
    const isDense = dims.length === 2
    const [rows, columns] = isDense ? [dims[0]!, dims[1]!] : [dims[0]!, size / dims[0]!]
    let x = isDense ? update : g.op('Reshape', [update, g.constant(int64([rows, columns]))])
    const wide = rows <= columns
    if (!wide) x = g.op('Transpose', [x], { perm: ints([1, 0]) })
    x = g.op('Div', [x, g.op('Add', [norm(g, x), g.constant(float32(epsilon))])])
    for (let step = 0; step < steps; step++) x = newtonSchulz(g, x)
    if (!wide) x = g.op('Transpose', [x], { perm: ints([1, 0]) })
    const [outputs, inputs] = isDense ? [columns, rows] : [rows, columns]
    x = g.op('Mul', [x, g.constant(float32(Math.sqrt(Math.max(1, outputs / inputs))))])
    return isDense ? x : g.op('Reshape', [x, g.constant(int64(dims))])
  }
}

function norm(g: GraphBuilder, x: Value): Value {
  return g.op('Sqrt', [g.op('ReduceSum', [g.op('Mul', [x, x])], { keepdims: int(0) })])
}

/** x ← a·x + (b·s + c·s²)·x with s = x·xᵀ. */
function newtonSchulz(g: GraphBuilder, x: Value): Value {
  const s = g.op('Gemm', [x, x], { transB: int(1) })
  const polynomial = g.op('Gemm', [s, s, s], { alpha: float(C), beta: float(B) })
  return g.op('Gemm', [polynomial, x, x], { beta: float(A) })
}
