import type { PixelTable } from '@pixelrow/data'
import { measurePace } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { duration, many } from '../terminal/table.ts'
import { splitOff, trainingsOf } from './fitting.ts'
import type { JobOptions } from './options.ts'
import { planFor } from './plan.ts'

/** Share of a budget that may go into finding out how much fits into it; of a short one a second, of a long one three at most. */
const measuringShare = 0.08

/** However long measuring took, so much of a budget is trained: a short one on a busy machine is better exceeded than wasted. */
const leastShare = 0.5

/** Of the time that is left; the rest is for compiling and validating. */
const stepsShare = 0.95

/**
 * Turns a time budget into a number of steps by a short measurement; with other flags does nothing. From here on only the number counts,
 * so that it gives the same model again.
 */
export async function settleBudget<T extends JobOptions>(context: Context, flags: T, table: PixelTable): Promise<T> {
  const { timeBudget, device, engine, precision, threads, seed } = flags
  if (timeBudget === undefined) return flags
  const { train } = splitOff(table, flags)
  const { architecture, options } = planFor(table, flags)
  context.terminal.note('Measuring how long a step takes')
  const { secondsPerStep, seconds } = await measurePace(architecture, train, {
    ...options,
    device,
    engine,
    precision,
    threads,
    seed,
    signal: context.signal,
    measureSeconds: Math.min(3, Math.max(1, timeBudget * measuringShare)),
  })
  const trainings = trainingsOf(flags, table)
  const left = Math.max(timeBudget - seconds, leastShare * timeBudget) * stepsShare
  const steps = Math.max(1, Math.floor(left / secondsPerStep / trainings))
  const each = trainings > 1 ? ` for each of ${trainings} trainings` : ''
  const pace = `${(secondsPerStep * 1000).toPrecision(3)} ms a step`
  context.terminal.note(
    `${pace}: ${many(steps, 'step')}${each} for ${duration(timeBudget)}; --steps ${steps} does the same again`,
  )
  return { ...flags, timeBudget: undefined, steps }
}
