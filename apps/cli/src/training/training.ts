import type { PixelTable } from '@pixelrow/data'
import type { FitResult, Plan } from '@pixelrow/train'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import type { Sample } from '../measuring/accuracy.ts'
import { tellRepeats } from '../tables/repeats.ts'
import { many } from '../terminal/table.ts'
import type { Keeper } from './checkpoint.ts'
import { trainEnsemble } from './ensemble.ts'
import type { HistoryRow } from './epochs.ts'
import type { Check } from './export.ts'
import { splitOff } from './fitting.ts'
import type { JobOutcome } from './outcome.ts'
import { augmentationOf, layersOf, numbersOf, planFor, requireBatches } from './plan.ts'
import { trainSingle } from './single.ts'

/** A trained, exported and checked classifier, with how it came to be. */
export interface Trained {
  plan: Plan
  bytes: Uint8Array
  history: HistoryRow[]
  /** What came of each training, and of all together. */
  outcome: JobOutcome
  /** Of the validation rows at the end; not there where none were kept. */
  accuracy?: number
  /** The rows kept to validate on, where there were any. */
  validated?: Sample
  /** The accuracy is that of an earlier model, on so many rows: the exported one was trained again, on all of them. */
  trainedBefore?: number
  /** What the exported model was trained on, and what it was only validated on. */
  trainedOn: PixelTable
  validatedOn?: PixelTable | undefined
  /** Steps of the last training. */
  steps: number
  /** Of an ensemble. */
  members?: number
  engine: string
  device: string
  threads: number
  /** The library that computed, where the engine had a choice. */
  runtime?: FitResult['runtime']
  /** How the engine laid out the convolutions' images. */
  layouts?: FitResult['layouts']
  check: Check
  /** Seconds of each part. */
  seconds: { fit: number; fitAll?: number; export: number }
}

/** Trains on a table as the flags say, from where the keeper stands; exports to ONNX, and checks the file against the weights. */
export async function trainAndExport(
  context: Context,
  flags: Flags,
  table: PixelTable,
  keeper: Keeper,
): Promise<Trained> {
  const { terminal } = context
  const plan = planFor(table, flags)
  for (const note of plan.notes) terminal.note(note)
  tellRepeats(terminal, table)
  const parts = splitOff(table, flags)
  requireBatches(plan, parts.train.rows)
  const { members = 1 } = plan.ensemble ?? {}
  const what = `${flags.recipe} (${layersOf(plan.architecture)}) on ${many(parts.train.rows, 'row')}`
  const times = members > 1 ? `${members} models, each ` : ''
  terminal.note(`Training ${what}: ${times}${numbersOf(plan)}`)
  const augmented = augmentationOf(plan)
  if (augmented) terminal.note(`Images are ${augmented}, anew in every epoch`)
  const job = { context, flags, plan, keeper }
  const trained = await (plan.ensemble ? trainEnsemble(job, parts, table) : trainSingle(job, parts, table))
  const { targetAccuracy } = flags
  if (targetAccuracy !== undefined && !((trained.accuracy ?? 0) >= targetAccuracy)) {
    terminal.complain(`The target of ${targetAccuracy} was not reached; train for longer, or with another recipe`)
  }
  return trained
}
