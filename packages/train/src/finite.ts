import type { Numbers } from './debug/numbers.ts'
import type { Found } from './debug/replay.ts'
import { TrainError } from './error.ts'
import { layerOf, partOf } from './parts.ts'
import type { Trainer } from './types.ts'

/** Where a training is when something in it stops being a number. */
export interface Place {
  /** Steps done. */
  step: number
  epoch: number
}

/** What became a value that is no finite number, and where. */
export interface Divergence extends Place {
  what: string
  value: number
}

/** The first value that was not finite when the training's last steps were done again, and the step in which it was. */
export interface First extends Omit<Found, 'run'> {
  step: number
}

const smaller = 'Try a learning rate ten times smaller.'

/**
 * The error of a training that diverged. `first` is what a replay found: `nothing` where its values all stayed finite, undefined where there was
 * none.
 */
export function diverged({ what, value, step, epoch }: Divergence, first?: First | 'nothing'): TrainError {
  const details = first && first !== 'nothing' && { first: paramsOf(first) }
  return new TrainError({
    code: 'TRAIN_DIVERGED',
    params: { what, found: String(value), step, epoch, ...details },
    message: `The ${what} is ${value} at step ${step}: training diverged.${first ? ` ${sentence(first)}` : ''}`,
    advice: first ? smaller : `${smaller} With debug: true the error names the first value that is not finite.`,
  })
}

function paramsOf({ value, node, inputs, step }: First) {
  const { name, opType, domain } = node ?? {}
  const layer = node && layerOf(node)
  return {
    tensor: value.name,
    step,
    ...(layer !== undefined && { layer }),
    ...(node && { part: partOf(node), node: name, operator: domain ? `${domain}:${opType}` : opType }),
    numbers: value,
    inputs,
  }
}

function sentence(first: First | 'nothing'): string {
  if (first === 'nothing') return 'Done again operator by operator, its last steps stay finite.'
  const { tensor, step, layer, part, operator, numbers, inputs } = paramsOf(first)
  const maker = operator === undefined ? 'given' : `made by ${operator}`
  const where = [maker, layer && `in ${layer}`, part && `(${part})`].filter(Boolean).join(' ')
  const given = inputs.map((each) => `${each.name}, ${rangeOf(each)}`).join('; ')
  return `The first value that is not finite is ${tensor} at step ${step}, ${where}: ${rangeOf(numbers)}.${given && ` Its inputs: ${given}.`}`
}

/** `3 of 640 not finite, the others -1.5 to 3e+38`, or `-1.5 to 3e+38`. */
function rangeOf({ size, notFinite, least, most }: Numbers): string {
  const range = least === undefined || most === undefined ? undefined : `${short(least)} to ${short(most)}`
  if (notFinite === 0) return range ?? 'empty'
  return [`${notFinite} of ${size} not finite`, range && `the others ${range}`].filter(Boolean).join(', ')
}

const short = (value: number) => String(Number(value.toPrecision(3)))

/** A copy of a trainer's state, in which every weight, and all that the optimiser remembers, is a finite number; else throws. */
export async function finiteState(trainer: Trainer, place: Place): Promise<Record<string, Float32Array>> {
  const state = await trainer.state()
  for (const [name, values] of Object.entries(state)) {
    const wrong = values.find((value) => !Number.isFinite(value))
    if (wrong !== undefined) throw diverged({ what: `state ${name}`, value: wrong, ...place })
  }
  return state
}
