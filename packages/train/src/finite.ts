import { TrainError } from './error.ts'
import type { Trainer } from './types.ts'

/** Where a training is when something in it stops being a number. */
export interface Place {
  /** Steps done. */
  step: number
  epoch: number
}

/** The error of a training that diverged; `what` became `value`. */
export function diverged(what: string, value: number, { step, epoch }: Place): TrainError {
  return new TrainError({
    code: 'TRAIN_DIVERGED',
    params: { what, found: String(value), step, epoch },
    message: `The ${what} is ${value} at step ${step}: training diverged. Try a learning rate ten times smaller.`,
  })
}

/** A copy of a trainer's state, in which every weight, and all that the optimiser remembers, is a finite number; else throws. */
export async function finiteState(trainer: Trainer, place: Place): Promise<Record<string, Float32Array>> {
  const state = await trainer.state()
  for (const [name, values] of Object.entries(state)) {
    const wrong = values.find((value) => !Number.isFinite(value))
    if (wrong !== undefined) throw diverged(`state ${name}`, wrong, place)
  }
  return state
}
