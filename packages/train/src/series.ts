import { show } from '../../../common/options.ts'
import { TrainError } from './error.ts'
import type { Settings } from './options.ts'
import { LEARNING_RATE } from './training-graph.ts'
import type { ScalarValue } from './transforms.ts'

/** Every scalar of the graph as a function of the step alone, counted from 0 over all that was trained. */
export type ScalarSeries = Record<string, (step: number) => number>

/** Where a training's numbers begin. */
export interface Beginnings {
  /** Steps before this training, whose schedule begins here. */
  from: number
  /** Steps before the optimiser's memory began. */
  optimizerFrom: number
}

/** The values of a training's scalars: the schedule counts its own steps, the optimiser those since its memory began. */
export function scalarSeries(
  { learningRate, schedule, steps }: Settings,
  scalars: Record<string, ScalarValue>,
  { from, optimizerFrom }: Beginnings,
): ScalarSeries {
  const series: ScalarSeries = { [LEARNING_RATE]: (step) => learningRate * schedule(step - from, steps) }
  const remembered = from + steps - optimizerFrom
  for (const [name, value] of Object.entries(scalars)) series[name] = (step) => value(step - optimizerFrom, remembered)
  return series
}

/** Of a longer training so many first steps are looked at, and as many evenly over the rest. */
const LOOKED_AT = 1_000_000

/** The steps of a training that are looked at before it begins: all of them, unless it is longer than anything here takes. */
export function* stepsToLookAt(from: number, steps: number): Generator<number, void, undefined> {
  for (let step = 0; step < Math.min(steps, LOOKED_AT); step++) yield from + step
  const stride = (steps - LOOKED_AT) / LOOKED_AT
  for (let i = 1; stride > 0 && i <= LOOKED_AT; i++) yield from + LOOKED_AT - 1 + Math.floor(i * stride)
}

/** The value of a scalar at a step; throws where it is no number that a 32-bit float can hold, or a learning rate below 0. */
export function valueAt(name: string, series: ScalarSeries, step: number): number {
  const value = series[name]!(step)
  const isRate = name === LEARNING_RATE
  if (Number.isFinite(Math.fround(value)) && !(isRate && value < 0)) return value
  const [what, found] = [isRate ? 'learning rate' : name, show(value)]
  const expected = `a finite number${isRate ? ' of at least 0' : ''}`
  throw new TrainError({
    code: 'TRAIN_SCHEDULE_INVALID',
    params: { what, step: step + 1, expected, found },
    message: `The ${what} is ${found} at step ${step + 1}; expected ${expected}. ${isRate ? 'Look at the schedule.' : "Look at the optimiser's transforms."}`,
  })
}

/** Looks at every value that a training will use, before it begins. */
export function requireValues(series: ScalarSeries, { from }: Beginnings, steps: number): void {
  for (const name of Object.keys(series)) {
    for (const step of stepsToLookAt(from, steps)) valueAt(name, series, step)
  }
}
