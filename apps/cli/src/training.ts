import { type PixelTable, split } from '@pixelrow/data'
import { toOnnx, verify } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import type { Model } from '@pixelrow/model'
import { type FitResult, fit, type Plan, predict, recipes } from '@pixelrow/train'
import { type HistoryRow, showEpochs } from './epochs.ts'
import { JobError } from './errors.ts'
import type { Flags } from './flags.ts'
import type { Context } from './main.ts'
import { many } from './table.ts'

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

/** Trains on a table as the flags say, exports to ONNX, and checks the file against the weights. */
export async function trainAndExport(context: Context, flags: Flags, table: PixelTable): Promise<Trained> {
  const recipe = recipes[flags.recipe]!
  const plan = withFlags(recipe.prepare(table), flags)
  const parts = flags.validation > 0 ? splitOff(table, flags) : { train: table, validation: undefined }
  requireBatches(plan, parts.train.rows)
  describePlan(context, flags.recipe, plan, parts.train.rows)
  const first = await timed(() => fitOnce(context, flags, plan, parts.train, parts.validation))
  const last =
    parts.validation && recipe.trainOnAll ? await timed(() => fitAgain(context, flags, plan, table)) : undefined
  const { model, engine, device, threads } = (last ?? first).value
  const exported = await timed(() => exportAndCheck(context, flags, model, table))
  const { epochs, batchSize, learningRate } = plan.options
  const accuracy = first.value.history.at(-1)?.accuracy
  return {
    ...exported.value,
    history: [...rowsOf(first.value, parts.train.rows), ...(last ? rowsOf(last.value, table.rows) : [])],
    ...(accuracy !== undefined && { accuracy }),
    validationRows: parts.validation?.rows ?? 0,
    ...{ epochs, batchSize, learningRate, engine, device, threads },
    seconds: { fit: first.seconds, ...(last && { fitAll: last.seconds }), export: exported.seconds },
  }
}

/** Does something and tells how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - began) / 1000 }
}

function withFlags(plan: Plan, { epochs, batchSize, learningRate }: Flags): Plan {
  const given = Object.entries({ epochs, batchSize, learningRate }).filter(([, value]) => value !== undefined)
  return { ...plan, options: { ...plan.options, ...Object.fromEntries(given) } }
}

function splitOff(table: PixelTable, { validation, seed }: Flags): { train: PixelTable; validation: PixelTable } {
  const kept = Math.round(validation * table.rows)
  if (kept >= 1 && kept < table.rows) return split(table, { validation, seed })
  throw new JobError(`${many(table.rows, 'row')} cannot be split by --validation ${validation}`, 'add --validation 0')
}

function requireBatches({ options: { batchSize } }: Plan, rows: number): void {
  if (batchSize <= rows) return
  throw new JobError(
    `--batch-size ${batchSize} is more than the ${many(rows, 'row')} to train on`,
    `--batch-size ${rows} or less`,
  )
}

/** `784 → 256 → 10`. */
function layersOf({ architecture }: Plan): string {
  const { height, width, channels } = architecture.input.shape
  const units = architecture.layers.flatMap((layer) => (layer.type === 'dense' ? [layer.units] : []))
  return [height * width * channels, ...units].join(' → ')
}

function describePlan({ terminal }: Context, recipe: string, plan: Plan, rows: number): void {
  const { epochs, batchSize, learningRate } = plan.options
  const numbers = `${many(epochs, 'epoch')}, batches of ${batchSize}, learning rate ${learningRate}`
  terminal.note(`Training ${recipe} (${layersOf(plan)}) on ${many(rows, 'row')}: ${numbers}`)
}

function fitOnce(
  context: Context,
  flags: Flags,
  plan: Plan,
  train: PixelTable,
  validation?: PixelTable,
): Promise<FitResult> {
  const { seed, device, engine, threads } = flags
  return fit(plan.architecture, train, {
    ...plan.options,
    ...{ validation, seed, device, engine, threads },
    signal: context.signal,
    ...showEpochs(context.terminal, plan.options.epochs, validation !== undefined),
  })
}

function fitAgain(context: Context, flags: Flags, plan: Plan, table: PixelTable): Promise<FitResult> {
  context.terminal.note(`Validation done. Training again on all ${many(table.rows, 'row')}, as this recipe does:`)
  return fitOnce(context, flags, plan, table)
}

function rowsOf({ history }: FitResult, trainingRows: number): HistoryRow[] {
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
    { run: (file) => load(file, { device: 'cpu', threads }) },
  )
  context.signal.throwIfAborted()
  if (changed.length || maxDifference > tolerance) {
    const difference = `${many(changed.length, 'row')} of ${rows} in another class, probabilities off by up to ${maxDifference}`
    throw new JobError(`The exported model disagrees with the trained weights: ${difference}`, 'please report this')
  }
  context.terminal.note(`Exported model.onnx; on ${many(rows, 'row')} it agrees with the trained weights`)
  return { bytes, check: { rows, maxDifference } }
}
