import { DataError, type PixelTable, split } from '@pixelrow/data'
import { type DeviceMove, type EpochRecord, type FitResult, fit, memberSeed, type Plan, recipes } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { JobError } from '../line/errors.ts'
import { firstsIn, type Sample, sampleOf } from '../measuring/accuracy.ts'
import { many } from '../terminal/table.ts'
import type { Keeper, Standing } from './checkpoint.ts'
import { type HistoryRow, showEpochs } from './epochs.ts'
import type { JobOptions } from './options.ts'
import { groupOf, parted } from './parted.ts'
import { type PlanOptions, planFor, validationOf } from './plan.ts'

/** What all trainings of a job have in common. */
export interface Job {
  context: Context
  flags: JobOptions
  plan: Plan
  keeper: Keeper
  place: Place
}

/** Where a job trains: a training that lost its device leaves those after it where it ended. */
export interface Place extends Pick<JobOptions, 'engine' | 'device'> {
  /** The devices that were lost so far. */
  moves: DeviceMove[]
}

/** One of them, finished. */
export interface Done {
  history: EpochRecord[]
  seconds: number
  result: FitResult
}

/** A job's rows. */
export interface Parts {
  train: PixelTable
  validation?: PixelTable | undefined
  /** What `validation` is as a sample. */
  validated?: Sample
}

/** What decides which rows are kept. */
type SplitOptions = Pick<JobOptions, 'recipe' | 'validation'> &
  Partial<Pick<JobOptions, 'seed' | 'splitColumn' | 'group'>>

/** What a training has done, and on what. */
export function computationOf({ steps, engine, device, precision, threads, runtime, layouts }: FitResult) {
  return { steps, engine, device, precision, threads, ...(runtime && { runtime }), ...(layouts && { layouts }) }
}

/** Does something and tells how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - began) / 1000 }
}

/** Rows to train on and rows to validate on: the recipe's share, of which a small table gives at least one row. */
export function splitOff(table: PixelTable, flags: SplitOptions): Parts {
  const byColumn = parted(table, flags)
  if (byColumn) return { ...byColumn, validated: sampleOf(firstsIn(byColumn.validation)) }
  const share = validationOf(flags)
  if (share === 0) return { train: table }
  const kept = Math.max(flags.validation === undefined ? 1 : 0, Math.round(share * table.rows))
  if (kept >= 1 && kept < table.rows) return heldOut(table, kept, flags)
  throw new JobError(`${many(table.rows, 'row')} cannot be split by --validation ${share}`, 'add --validation 0', {
    code: 'CLI_VALIDATION_IMPOSSIBLE',
    params: { rows: table.rows, share },
  })
}

function heldOut(table: PixelTable, validation: number, { seed, ...flags }: SplitOptions): Parts {
  try {
    const parts = split(table, { validation, seed, ...groupOf(flags) })
    return { ...parts, validated: sampleOf(firstsIn(parts.validation)) }
  } catch (error) {
    if (!(error instanceof DataError && error.code === 'DATA_SPLIT_IMPOSSIBLE')) throw error
    const { rows, pictures } = error.params ?? {}
    const params = { rows, pictures, classes: table.classes?.length }
    const each = `${many(Number(rows), 'row')} of ${many(Number(pictures), 'picture')}`
    const message = `No row can be kept for validation: there are ${each} in ${many(params.classes ?? 0, 'class', 'classes')}, and training keeps one of each`
    throw new JobError(message, 'add --validation 0', { code: 'CLI_VALIDATION_IMPOSSIBLE', params })
  }
}

/** How many trainings a job is. */
export function trainingsOf(flags: SplitOptions & PlanOptions, table: PixelTable): number {
  const { ensemble } = planFor(table, flags)
  const isTwice =
    splitOff(table, flags).validation &&
    !parted(table, flags) &&
    recipes[flags.recipe]!.trainOnAll &&
    flags.member === undefined
  return ensemble?.members ?? (isTwice ? 2 : 1)
}

/** One training; `phase` is its number in the job, `first` what was trained before it, `member` its number in an ensemble. */
export async function fitOnce(
  { context, flags, plan, keeper, place }: Job,
  { train, validation, validated }: Parts,
  { phase, first, member }: Pick<Standing, 'phase' | 'first'> & { member?: number | undefined },
): Promise<Done> {
  const { precision, threads, targetAccuracy, debug } = flags
  const { steps, epochs, batchSize } = plan.options
  const passes = Math.ceil(steps === undefined ? epochs : steps / Math.floor(train.rows / batchSize))
  const seed = member === undefined ? flags.seed : memberSeed(flags.seed, member)
  const kept = keeper.begin(phase, first)
  const result = await fit(plan.architecture, train, {
    ...plan.options,
    validation,
    seed,
    engine: place.engine,
    device: place.device,
    // A checkpoint has its own, and so has a device on which a training went on that had lost its.
    ...(!kept.options.resume && place.device === flags.device && { precision }),
    threads,
    debug,
    // An ensemble's members reach it together.
    ...(validation && !plan.ensemble && { targetAccuracy }),
    signal: context.signal,
    ...showEpochs(context.terminal, passes, {
      validated,
      brief: plan.ensemble !== undefined,
    }),
    ...kept.options,
  })
  place.engine = result.engine as Place['engine']
  place.device = result.device as Place['device']
  place.moves.push(...(result.moves ?? []))
  return { history: result.history, seconds: kept.seconds(), result }
}

/** A training's epochs with the numbers of rows it was trained and validated on, for history.csv. */
export function rowsOf({ history }: Pick<Done, 'history'>, { train, validated }: Parts): HistoryRow[] {
  const rows = { trainingRows: train.rows, ...(validated && { validated }) }
  return history.map((record) => ({ ...record, ...rows }))
}
