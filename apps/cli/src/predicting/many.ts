import type { LoadedClassifier } from '@pixelrow/infer-node'
import type { PredictOptions } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { countedSentence, noSample } from '../submission/frame.ts'
import { many } from '../terminal/table.ts'
import { answerOnce, isTaken, requireReplaceable, whenFree } from './answering.ts'
import { tellDevice, tellLost } from './device.ts'
import { tellNumbering } from './model.ts'
import { firstUndone, type Job, loadFor, openJob, settleAnswers } from './origin.ts'
import { type Predicted, resultOf, type Task } from './task.ts'
import { requireTasksApart, tasksOf } from './tasks.ts'

/** A task with what came of it. */
interface Done {
  task: Task
  predicted: Predicted
}

/** Classifies files of any length into a folder, a file out for a file in; answers that are current are left as they are. */
export async function predictMany(
  context: Context,
  flags: PredictOptions,
  model: string,
  paths: readonly string[],
): Promise<void> {
  const { terminal } = context
  const { all, mine } = await tasksOf(context, flags, paths)
  await requireTasksApart(all, model)
  if (mine.length === 0)
    terminal.note(`None of ${many(all.length, 'file')} falls to --shard ${flags.shard}: they are dealt by their names`)
  const job = await openJob(model, flags)
  await settleAnswers(mine)
  const waiting = await undoneOf(context, job, mine)
  await requireReplaceable(context, flags, waiting)
  await using classifier = waiting.length > 0 ? await loadFor(job, flags) : undefined
  const done = classifier ? await answerAll(context, flags, classifier, { job, tasks: waiting }) : []
  tell(context, done)
  const { classes, device } = classifier ?? {}
  const rows = done.reduce((sum, { predicted }) => sum + predicted.rows, 0)
  const files = done.map(reported)
  terminal.json({ model, rows, device, classes, files, skipped: mine.length - done.length })
}

/** The tasks that are to be done; how many are done is said. */
async function undoneOf({ terminal, signal }: Context, job: Job, tasks: readonly Task[]): Promise<Task[]> {
  const waiting: Task[] = []
  for (const task of tasks) {
    signal.throwIfAborted()
    if (await firstUndone(job, task)) waiting.push(task)
  }
  const skipped = tasks.length - waiting.length
  if (skipped > 0)
    terminal.note(
      `${skipped} of ${many(tasks.length, 'file')} already done: from the same rows, by the same model and flags`,
    )
  return waiting
}

/** Each task once; those that another process is making come last, in case it does not come to its end. */
async function answerAll(
  context: Context,
  flags: PredictOptions,
  classifier: LoadedClassifier,
  { job, tasks }: { job: Job; tasks: readonly Task[] },
): Promise<Done[]> {
  const { terminal } = context
  tellDevice(terminal, classifier, flags.device)
  tellNumbering(terminal, job.model, classifier)
  const done: Done[] = []
  const one = async (task: Task) => {
    const predicted = await answerOnce(context, flags, classifier, { job, task })
    if (!predicted) return
    done.push({ task, predicted })
    for (const line of resultOf(task, predicted)) terminal.sentence(line)
  }
  const taken: Task[] = []
  for (const task of tasks)
    await one(task).catch((error: unknown) => {
      if (!isTaken(error)) throw error
      taken.push(task)
    })
  for (const task of taken) await whenFree(context, task, () => one(task))
  const others = tasks.length - done.length
  if (others > 0) terminal.note(`${many(others, 'file')} meanwhile done by another process`)
  tellLost(terminal, classifier)
  return done
}

const reported = ({ task: { place, out, probabilities }, predicted: { rows, sample } }: Done) => ({
  input: place.path,
  output: out,
  rows,
  ...(probabilities && { probabilities }),
  ...(sample && { sample: sample.name }),
})

/** What was taken for granted, once for all files, and how much was done. */
function tell({ terminal }: Context, done: readonly Done[]): void {
  const counted = done.filter(({ predicted }) => predicted.counted)
  const [first] = counted
  if (counted.length > 1 && counted.every(({ predicted }) => !predicted.sample))
    terminal.note(`${many(counted.length, 'file')} have no ids: their rows are counted from 1, in each anew`)
  else if (first) {
    const { test, counted, sample } = first.predicted
    terminal.note(countedSentence(test, counted!, sample))
  }
  if (done.some(({ predicted }) => !predicted.sample)) terminal.note(noSample)
  const rows = done.reduce((sum, { predicted }) => sum + predicted.rows, 0)
  if (done.length > 1) terminal.note(`${many(rows, 'row')} in ${many(done.length, 'file')}`)
}
