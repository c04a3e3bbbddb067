import type { PixelTable } from '@pixelrow/data'
import type { Context } from '../context.ts'
import { tellRepeats } from '../tables/repeats.ts'
import { many } from '../terminal/table.ts'
import type { Keeper } from './checkpoint.ts'
import { trainEnsemble } from './ensemble.ts'
import { splitOff } from './fitting.ts'
import type { JobOptions } from './options.ts'
import { augmentationOf, layersOf, numbersOf, planFor, requireBatches } from './plan.ts'
import { trainSingle } from './single.ts'
import type { Trained } from './trained.ts'

/** Trains on a table as the flags say, from where the keeper stands; exports to ONNX, and checks the file against the weights. */
export async function trainAndExport(
  context: Context,
  flags: JobOptions,
  table: PixelTable,
  keeper: Keeper,
): Promise<Trained> {
  const { terminal } = context
  const plan = planFor(table, flags)
  for (const note of plan.notes) terminal.note(note)
  tellRepeats(terminal, table)
  const parts = splitOff(table, flags)
  if (flags.group !== undefined && parts.validation) {
    const share = parts.validation.rows / table.rows
    const groups = new Set(parts.validation.kept![flags.group]).size
    terminal.note(
      `${many(groups, 'group')} of column ${flags.group} kept for validation: ${many(parts.validation.rows, 'row')}, ${share.toFixed(3)} of all`,
    )
  }
  requireBatches(plan, parts.train.rows)
  const { members = 1 } = plan.ensemble ?? {}
  const what = `${flags.recipe} (${layersOf(plan.architecture)}) on ${many(parts.train.rows, 'row')}`
  const times = members > 1 ? `${members} models, each ` : ''
  terminal.note(`Training ${what}: ${times}${numbersOf(plan)}`)
  const augmented = augmentationOf(plan)
  if (augmented) terminal.note(`Images are ${augmented}, anew in every epoch`)
  const { engine, device } = flags
  const job = { context, flags, plan, keeper, place: { engine, device, moves: [] } }
  const { ensemble } = plan
  const trained = await (ensemble
    ? trainEnsemble({ ...job, plan: { ...plan, ensemble } }, parts, table)
    : trainSingle(job, parts, table))
  const { targetAccuracy } = flags
  if (targetAccuracy !== undefined && !((trained.accuracy ?? 0) >= targetAccuracy)) {
    terminal.complain(`The target of ${targetAccuracy} was not reached; train for longer, or with another recipe`)
  }
  return trained
}
