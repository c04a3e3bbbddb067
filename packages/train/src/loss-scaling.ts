import { float32, type GraphBuilder, int, type Value } from '@pixelrow/onnx'

/** What a scaled loss begins with, as PyTorch's GradScaler has it, and what it may become. */
const FIRST = 2 ** 16
const LEAST = 1
const MOST = 2 ** 24

/** After so many steps without an overflow the scale is doubled. */
const PATIENCE = 2000

/** By which a checkpoint shows that its training scales its loss. */
export const LOSS_SCALE = 'loss:scale'
const GOOD_STEPS = 'loss:steps'

/** A loss that is scaled, so that no gradient is lost below what float16 can hold; the scale follows from the steps before alone. */
export interface LossScaling {
  /** What all gradients are multiplied by. */
  scale: Value
  /** The gradients as they would be without. After it, `kept` is known. */
  unscaled(gradients: readonly Value[]): Value[]
  /** What follows on a value of the state: itself where a gradient overflowed, as if the step had not been. */
  kept(next: Value, before: Value): Value
}

/** Carries a state tensor on; see `trainingGraph`. */
type Carry = (name: string) => { value: Value; next(value: Value): void }

/** Adds the scale to a step; `carry` enters a scalar into its state, which begins with 0. */
export function lossScaling(g: GraphBuilder, carry: Carry): LossScaling {
  const number = (value: number) => g.constant(float32(value))
  const state = { scale: carry(LOSS_SCALE), steps: carry(GOOD_STEPS) }
  // What is carried on begins with 0.
  const scale = g.op('Add', [state.scale.value, number(FIRST)])
  let finite: Value | undefined
  return {
    scale,
    unscaled(gradients) {
      const factor = g.op('Div', [number(1), scale])
      finite = allFinite(g, gradients)
      const steps = g.op('Where', [finite, g.op('Add', [state.steps.value, number(1)]), number(0)])
      const isDue = g.op('Equal', [steps, number(PATIENCE)])
      const grown = g.op('Where', [isDue, g.op('Mul', [scale, number(2)]), scale])
      const next = g.op('Where', [finite, grown, g.op('Mul', [scale, number(0.5)])])
      const bounded = g.op('Min', [g.op('Max', [next, number(LEAST)]), number(MOST)])
      state.scale.next(g.op('Sub', [bounded, number(FIRST)]))
      state.steps.next(g.op('Where', [isDue, number(0), steps]))
      return gradients.map((gradient) => g.op('Mul', [gradient, factor]))
    },
    kept: (next, before) => g.op('Where', [finite, next, before]),
  }
}

/** Whether all numbers are finite: infinity − infinity and NaN − NaN are NaN, which equals nothing. */
function allFinite(g: GraphBuilder, gradients: readonly Value[]): Value {
  const sums = gradients.map((gradient) => g.op('ReduceSum', [g.op('Sub', [gradient, gradient])], { keepdims: int(0) }))
  const sum = sums.reduce((all, each) => g.op('Add', [all, each]))
  return g.op('Equal', [sum, sum])
}
