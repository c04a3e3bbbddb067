import { hostname } from 'node:os'
import { claimFile, FileError, type FileOutput, pause } from '@pixelrow/files'
import type { Classifier } from '@pixelrow/infer-node'
import type { PredictOptions } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { firstUndone, type Job, originOf, requireUnchanged } from './origin.ts'
import { answersOf, carryOut, outputsOf, type Predicted, type Task } from './task.ts'

/** What a lock says of who holds it. */
const by = 'pixelrow predict'

/** A task's files while they are this process's to write. */
interface Claims {
  labels: FileOutput
  probabilities?: FileOutput
  [Symbol.asyncDispose](): Promise<void>
}

/** Claims the files that a task writes, both or none. */
export async function claimAnswers(
  { signal }: Pick<Context, 'signal'>,
  { out, probabilities }: Pick<Task, 'out' | 'probabilities'>,
  force = false,
): Promise<Claims> {
  const how = { by, force, signal }
  const labels = await claimFile(out, how)
  try {
    const other = probabilities === undefined ? undefined : await claimFile(probabilities, how)
    const close = async () => {
      await other?.close()
      await labels.close()
    }
    return { labels, ...(other && { probabilities: other }), [Symbol.asyncDispose]: close }
  } catch (error) {
    await labels.close()
    throw error
  }
}

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
  for (const { content } of answersOf(task)) await claims[content]!.commit({ from: originOf(job, made, content) })
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
