import type { PixelTable } from '@pixelrow/data'
import { fromOnnx, toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import type { Model } from '@pixelrow/model'
import type { EpochRecord, Plan } from '@pixelrow/train'
import { accuracyFrom, accuracyText } from '../measuring/accuracy.ts'
import { exportAndCheck, exported } from './export.ts'
import { computationOf, type Done, fitOnce, type Job, type Parts, rowsOf, timed } from './fitting.ts'
import { jobOutcome, type Outcome } from './outcome.ts'
import type { Trained } from './trained.ts'

/** A job whose plan is an ensemble's. */
export type EnsembleJob = Job & { plan: { ensemble: NonNullable<Plan['ensemble']> } }

/** What is trained of an ensemble so far. */
interface Members {
  models: Model[]
  history: EpochRecord[]
  seconds: number
  outcomes: Outcome[]
  /** Of the models together, where rows were kept to validate on. */
  accuracy?: number
  last?: Done
}

/** Several models, each trained once, from its number on; merged into one file whose answer is the mean of theirs. */
export async function trainEnsemble(job: EnsembleJob, parts: Parts, table: PixelTable): Promise<Trained> {
  const { context, flags, plan } = job
  const { models, history, seconds, outcomes, accuracy, last } = await trainMembers(job, parts)
  const { shift } = plan.ensemble
  const file = await timed(() => exportAndCheck(context, flags, { models, shift, table }))
  return {
    ...file.value,
    plan,
    ...computationOf(last!.result),
    moves: job.place.moves,
    members: models.length,
    history: rowsOf({ history }, parts),
    outcome: jobOutcome(outcomes),
    ...(accuracy !== undefined && { accuracy }),
    ...(parts.validated && { validated: parts.validated }),
    trainedOn: parts.train,
    validatedOn: parts.validation,
    seconds: { fit: seconds, export: file.seconds },
  }
}

async function trainMembers(job: EnsembleJob, parts: Parts): Promise<Members> {
  const { context, flags, plan, keeper } = job
  const { members, shift } = plan.ensemble
  const { history = [], seconds = 0, outcomes = [] } = keeper.from?.first ?? {}
  await keeper.requireMembers(members)
  const so: Members = { models: [], history: [...history], seconds, outcomes: [...outcomes] }
  for (let number = 1; number <= members; number++) {
    const kept = await keeper.loadMember(number)
    if (kept) {
      so.models.push(fromOnnx(kept))
      continue
    }
    context.terminal.note(`Member ${number} of ${members}:`)
    const first = number > 1 ? { history: so.history, seconds: so.seconds, outcomes: so.outcomes } : undefined
    so.last = await fitOnce(job, parts, { phase: number, ...(first && { first }), member: number })
    so.models.push(so.last.result.model)
    so.history = [...so.history, ...so.last.history]
    so.seconds += so.last.seconds
    so.outcomes = [...so.outcomes, { training: number, ...so.last.result.outcome }]
    await keeper.saveMember(number, toOnnx(so.last.result.model))
    const isLast = number === members
    if (!parts.validation || !(isLast || flags.targetAccuracy !== undefined)) continue
    so.accuracy = await accuracyOf(exported(so.models, shift), parts.validation, flags.threads)
    const together = accuracyFrom(so.accuracy, parts.validated)!
    context.terminal.note(`Together ${accuracyText(together)} on the rows kept for validation`)
    if (so.accuracy >= (flags.targetAccuracy ?? Infinity)) break
  }
  return so
}

/** The share of a labelled table's rows that a file classifies rightly. */
async function accuracyOf(bytes: Uint8Array, { pixels, labels, rows }: PixelTable, threads?: number): Promise<number> {
  const classifier = await load(bytes, { device: 'cpu', ...(threads !== undefined && { threads }) })
  try {
    const found = await classifier.predict(pixels)
    return found.labels.reduce((right, label, row) => right + Number(label === labels![row]), 0) / rows
  } finally {
    await classifier.close()
  }
}
