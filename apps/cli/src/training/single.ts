import type { PixelTable } from '@pixelrow/data'
import { recipes } from '@pixelrow/train'
import { many } from '../terminal/table.ts'
import type { Before } from './checkpoint.ts'
import { exportAndCheck } from './export.ts'
import { computationOf, type Done, fitOnce, type Job, type Parts, rowsOf, timed } from './fitting.ts'
import { jobOutcome, type Outcome } from './outcome.ts'
import { parted } from './parted.ts'
import type { Trained } from './trained.ts'

/** One model: trained with rows kept to validate on, and again on all rows where the recipe does so. */
export async function trainSingle(job: Job, parts: Parts, table: PixelTable): Promise<Trained> {
  const { context, flags, plan, keeper } = job
  const { member } = flags
  const done = keeper.from?.first ? undefined : await fitOnce(job, parts, { phase: 1, member })
  const first = done ? beforeOf(done, parts) : keeper.from!.first!
  // Rows that a column keeps to validate on are not trained on. A member of an ensemble is trained as its ensemble would, and a target is reached by the model that reached it.
  const trainsAgain =
    recipes[flags.recipe]!.trainOnAll &&
    member === undefined &&
    flags.targetAccuracy === undefined &&
    !parted(table, flags)
  const again = parts.validation && trainsAgain ? await fitAgain(job, table, first) : undefined
  const { result } = again ?? done!
  const exported = await timed(() => exportAndCheck(context, flags, { models: [result.model], table }))
  const accuracy = first.history.at(-1)?.accuracy
  return {
    ...exported.value,
    plan,
    ...computationOf(result),
    moves: job.place.moves,
    history: [...rowsOf(first, parts), ...(again ? rowsOf(again, { train: table }) : [])],
    outcome: jobOutcome([...first.outcomes, ...(again ? [outcomeOf(again, { train: table })] : [])]),
    ...(accuracy !== undefined && { accuracy }),
    ...(parts.validated && { validated: parts.validated }),
    ...(again
      ? { trainedOn: table, trainedBefore: parts.train.rows }
      : { trainedOn: parts.train, validatedOn: parts.validation }),
    seconds: { fit: first.seconds, ...(again && { fitAll: again.seconds }), export: exported.seconds },
  }
}

function beforeOf(done: Done, parts: Parts): Before {
  const { history, seconds } = done
  return { history, seconds, outcomes: [outcomeOf(done, parts)] }
}

function outcomeOf({ result }: Done, { validation }: Parts): Outcome {
  return { training: validation ? 'validated' : 'all rows', ...result.outcome }
}

function fitAgain(job: Job, table: PixelTable, first: Before): Promise<Done> {
  const rows = `on all ${many(table.rows, 'row')}`
  job.context.terminal.note(`Validation done. Training again ${rows}, as this recipe does:`)
  return fitOnce(job, { train: table }, { phase: 2, first })
}
