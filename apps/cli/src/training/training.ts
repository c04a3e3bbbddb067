import { type PixelTable, split } from '@pixelrow/data'
import { toOnnx, verify } from '@pixelrow/export'
import { open } from '@pixelrow/infer-node'
import type { Model } from '@pixelrow/model'
import { type EpochRecord, type FitResult, fit, type Plan, predict, recipes } from '@pixelrow/train'
import { JobError } from '../line/errors.ts'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { many } from '../terminal/table.ts'
import type { Keeper, Standing } from './checkpoint.ts'
import { type HistoryRow, showEpochs } from './epochs.ts'
import { layersOf, numbersOf, planFor, requireBatches, validationOf } from './plan.ts'

/** A trained, exported and checked classifier, with how it came to be. */
export interface Trained {
  bytes: Uint8Array
  history: HistoryRow[]
  /** Of the validation rows at the end; not there where none were kept. */
  accuracy?: number
  validationRows: number
  epochs: number
  batchSize: number
  learningRate: number
  engine: string
  device: string
  threads: number
  /** The exported file against the trained weights. */
  check: { rows: number; maxDifference: number }
  /** Seconds of each part. */
  seconds: { fit: number; fitAll?: number; export: number }
}

const checkedRows = 1000

/** What the exported probabilities may differ by from the trained weights': rounding, not arithmetic. */
const tolerance = 1e-4

/** What both trainings of a job have in common. */
interface Job {
  context: Context
  flags: Flags
  plan: Plan
  keeper: Keeper
}

/** One of them, finished; the result is not there where it was finished before an interruption. */
interface Done {
  history: EpochRecord[]
  seconds: number
  result?: FitResult
}

/** Trains on a table as the flags say, from where the keeper stands; exports to ONNX, and checks the file against the weights. */
export async function trainAndExport(
  context: Context,
  flags: Flags,
  table: PixelTable,
  keeper: Keeper,
): Promise<Trained> {
  const plan = planFor(table, flags)
  for (const note of plan.notes) context.terminal.note(note)
  const parts = splitOff(table, flags)
  requireBatches(plan, parts.train.rows)
  const job = { context, flags, plan, keeper }
  const first = keeper.from?.first ?? (await fitFirst(job, parts))
  const again = parts.validation && recipes[flags.recipe]!.trainOnAll ? await fitAgain(job, table, first) : undefined
  const { model, engine, device, threads } = (again ?? (first as Done)).result!
  const exported = await timed(() => exportAndCheck(context, flags, model, table))
  const { epochs, batchSize, learningRate } = plan.options
  const accuracy = first.history.at(-1)?.accuracy
  return {
    ...exported.value,
    history: [...rowsOf(first, parts.train.rows), ...(again ? rowsOf(again, table.rows) : [])],
    ...(accuracy !== undefined && { accuracy }),
    validationRows: parts.validation?.rows ?? 0,
    ...{ epochs, batchSize, learningRate, engine, device, threads },
    seconds: { fit: first.seconds, ...(again && { fitAll: again.seconds }), export: exported.seconds },
  }
}

/** Does something and tells how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - began) / 1000 }
}

interface Parts {
  train: PixelTable
  validation?: PixelTable | undefined
}

/** Rows to train on and rows to validate on: the recipe's share, of which a small table gives at least one row. */
function splitOff(table: PixelTable, flags: Flags): Parts {
  const share = validationOf(flags)
  if (share === 0) return { train: table }
  const kept = Math.max(flags.validation === undefined ? 1 : 0, Math.round(share * table.rows))
  if (kept >= 1 && kept < table.rows) return split(table, { validation: kept, seed: flags.seed })
  throw new JobError(`${many(table.rows, 'row')} cannot be split by --validation ${share}`, 'add --validation 0')
}

function fitFirst(job: Job, parts: Parts): Promise<Done> {
  const { context, flags, plan } = job
  const what = `${flags.recipe} (${layersOf(plan.architecture)}) on ${many(parts.train.rows, 'row')}`
  context.terminal.note(`Training ${what}: ${numbersOf(plan)}`)
  return fitOnce(job, parts, 1)
}

function fitAgain(job: Job, table: PixelTable, { history, seconds }: Done): Promise<Done> {
  const rows = `on all ${many(table.rows, 'row')}`
  job.context.terminal.note(`Validation done. Training again ${rows}, as this recipe does:`)
  return fitOnce(job, { train: table }, 2, { history, seconds })
}

async function fitOnce(
  { context, flags, plan, keeper }: Job,
  { train, validation }: Parts,
  number: Standing['phase'],
  first?: Standing['first'],
): Promise<Done> {
  const { seed, device, engine, threads } = flags
  const phase = keeper.begin(number, first)
  const { steps, epochs, batchSize } = plan.options
  const passes = Math.ceil(steps === undefined ? epochs : steps / Math.floor(train.rows / batchSize))
  const result = await fit(plan.architecture, train, {
    ...plan.options,
    ...{ validation, seed, device, engine, threads },
    signal: context.signal,
    ...showEpochs(context.terminal, passes, validation !== undefined),
    ...phase.options,
  })
  return { history: result.history, seconds: phase.seconds(), result }
}

function rowsOf({ history }: Done, trainingRows: number): HistoryRow[] {
  return history.map((record) => ({ ...record, trainingRows }))
}

async function exportAndCheck(context: Context, { threads }: Flags, model: Model, table: PixelTable) {
  const bytes = toOnnx(model)
  const rows = Math.min(checkedRows, table.rows)
  const pixels = table.pixels.subarray(0, (rows * table.pixels.length) / table.rows)
  const { probabilities } = await predict(model, pixels, { threads })
  const { maxDifference, changed } = await verify(
    bytes,
    { pixels, probabilities },
    { run: (file) => open(file, { device: 'cpu', threads }) },
  )
  context.signal.throwIfAborted()
  if (changed.length || maxDifference > tolerance) {
    const difference = `${many(changed.length, 'row')} of ${rows} in another class, probabilities off by up to ${maxDifference}`
    throw new JobError(`The exported model disagrees with the trained weights: ${difference}`, 'please report this')
  }
  context.terminal.note(`Exported model.onnx; on ${many(rows, 'row')} it agrees with the trained weights`)
  return { bytes, check: { rows, maxDifference } }
}
