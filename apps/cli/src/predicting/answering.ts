import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { claimFile, FileError, type FileOutput, type Origin, pause } from '@pixelrow/files'
import type { Classifier } from '@pixelrow/infer-node'
import type { PredictOptions } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { type Contents, firstUndone, type Job, originOf, requireUnchanged } from './origin.ts'
import { type Answer, carryOut, outputsOf, type Predicted, type Task } from './task.ts'

/** What a lock says of who holds it. */
const by = 'pixelrow predict'

/** A task's files while they are this process's to write. */
interface Claims {
  labels: FileOutput
  probabilities?: FileOutput
  /** Swaps in what was written, all at once where both are in one folder; `from` gives the origin of the files that hold `contents`. */
  commit(from: (contents: Contents) => Origin): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Claims the files that a task writes, both or none. */
export async function claimAnswers(
  { signal }: Pick<Context, 'signal'>,
  task: Pick<Task, 'out' | 'probabilities'>,
  force = false,
): Promise<Claims> {
  const how = { by, force, signal }
  const labels = await claimFile(task.out, how)
  try {
    if (task.probabilities === undefined)
      return { labels, commit: (from) => commit(labels, 'labels', from), [Symbol.asyncDispose]: labels.close }
    return pairOf(task, labels, await claimFile(task.probabilities, how))
  } catch (error) {
    await labels.close()
    throw error
  }
}

/** Both files: what is in one folder is written by one claim, and the other keeps others away. */
async function pairOf(
  task: Pick<Task, 'out' | 'probabilities'>,
  labels: FileOutput,
  other: FileOutput,
): Promise<Claims> {
  const isOneFolder = labels.folder === other.folder && (await Promise.all(outputsOf(task).map(isPlain))).every(Boolean)
  const close = async () => {
    await other.close()
    await labels.close()
  }
  if (!isOneFolder) {
    const one = async (from: (contents: Contents) => Origin) => {
      await commit(other, 'probabilities', from)
      await commit(labels, 'labels', from)
    }
    return { labels, probabilities: other, commit: one, [Symbol.asyncDispose]: close }
  }
  const contents: Contents = { [labels.name]: 'labels', [other.name]: 'probabilities' }
  const both = (from: (contents: Contents) => Origin) => labels.commit({ from: from(contents) })
  return { labels, probabilities: { ...labels, name: other.name }, commit: both, [Symbol.asyncDispose]: close }
}

const commit = (output: FileOutput, content: Answer['content'], from: (contents: Contents) => Origin) =>
  output.commit({ from: from({ [output.name]: content }) })

/** Whether a file is there or could be: a device or a pipe is written to as it is. */
const isPlain = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => true,
  )

/** Classifies a table into the files that are claimed for it, and shows them once they are read back. */
export async function answer(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  { job, task, claims }: { job: Job; task: Task; claims: Claims },
): Promise<Predicted> {
  const { labels, probabilities } = claims
  const destination = {
    labels: { output: labels, shown: task.out },
    ...(probabilities && { probabilities: { output: probabilities, shown: task.probabilities! } }),
  }
  const made = await job.inputs.made(task)
  const done = await carryOut(context, flags, classifier, { ...task, destination })
  await requireUnchanged(job, task, made)
  await claims.commit((contents) => originOf(job, made, contents))
  context.kept.push(...outputsOf(task))
  return done
}

/** Refuses files that are in the way and not ours, before the work; those that another process is making are looked at when it is their turn. */
export async function requireReplaceable(
  context: Context,
  { force = false }: PredictOptions,
  tasks: readonly Task[],
): Promise<void> {
  for (const task of tasks) {
    const there = await Promise.all(outputsOf(task).map(exists))
    if (!there.includes(true)) continue
    try {
      await (await claimAnswers(context, task, force))[Symbol.asyncDispose]()
    } catch (error) {
      if (!isTaken(error)) throw error
    }
  }
}

/** Whether a file is being made by another call of this command, and not by this one under another name: it is left to that, and waited for. */
export function isTaken(error: unknown): error is FileError {
  if (!(error instanceof FileError) || error.code !== 'FILES_LOCKED') return false
  const { by: other, pid, host } = error.params
  return other === by && !(pid === process.pid && host === hostname())
}

/** Answers a task unless that is done already, by another process in the meantime, say: then nothing is given. */
export async function answerOnce(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  { job, task }: { job: Job; task: Task },
): Promise<Predicted | undefined> {
  await using claims = await claimAnswers(context, task, flags.force)
  if (!(await firstUndone(job, task))) return undefined
  return await answer(context, flags, classifier, { job, task, claims })
}

/** Does something once nobody else makes a task's files; says whom it waits for. */
export async function whenFree<T>({ terminal, signal }: Context, task: Task, work: () => Promise<T>): Promise<T> {
  let told: unknown
  for (;;)
    try {
      return await work()
    } catch (error) {
      if (!isTaken(error)) throw error
      const { host, pid, command } = error.params
      if (told !== pid)
        terminal.note(`Waiting for ${task.out}: process ${pid} on ${host} makes it; what ends that: ${command}`)
      told = pid
      await pause(200, signal)
    }
}
