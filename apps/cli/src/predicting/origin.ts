import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Input, inputOf, type Origin, recordOf, settle, stateOf } from '@pixelrow/files'
import type { LoadedClassifier } from '@pixelrow/infer-node'
import type { PredictOptions } from '../commands/predict/command.ts'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import { spreadsheetFlags } from '../line/flags/output.ts'
import { predictFlags } from '../line/flags/reading.ts'
import { wordsOf } from '../line/words.ts'
import type { TableOptions } from '../tables/asrun.ts'
import { loadForMany, readModel } from './model.ts'
import { type Inputs, type Made, openInputs } from './sums.ts'
import { type Answer, answersOf, outputsOf, type Task } from './task.ts'

/** What decides an answer besides rows and model. */
const answerFlags = { ...predictFlags, ...spreadsheetFlags }

/** To be raised when the same rows, model and options get other files. */
const format = 2

/** What is the same for all files of a call. */
export interface Job {
  /** The model's path. */
  model: string
  /** The same by its bytes, as it is written down of an answer. */
  madeBy: Input
  options: { format: number; words: string[]; asRun?: unknown }
  inputs: Inputs
}

/** What the files of one commit hold, by name. */
export type Contents = Readonly<Record<string, Answer['content']>>

/** The origin of answers, as it is written down. */
interface AnswerOrigin extends Origin {
  inputs: Input[]
  model: Input
  options: Job['options'] & { contents: Contents; seen: string[] }
}

/** Reads what all files of a call have in common. */
export async function openJob(model: string, flags: PredictOptions & Pick<TableOptions, 'asRun'>): Promise<Job> {
  const { asRun } = flags
  // As it comes back from where it is written down.
  const options = {
    format,
    words: wordsOf(answerFlags, flags),
    ...(asRun && { asRun: JSON.parse(JSON.stringify(asRun)) }),
  }
  return { model, madeBy: await sumOfModel(model), options, inputs: openInputs() }
}

/** Loads the model of a job, and makes sure that it is still the one that was summed up. */
export async function loadFor({ model, madeBy }: Job, flags: PredictOptions): Promise<LoadedClassifier> {
  const classifier = await loadForMany(model, flags)
  if ((await sumOfModel(model)).sha256 === madeBy.sha256) return classifier
  await classifier.close()
  throw writtenTo(model)
}

/** A model's sum, with that of the files beside it which hold weights of it. */
async function sumOfModel(model: string): Promise<Input> {
  const bytes = await readModel(model)
  const hash = createHash('sha256').update(bytes)
  for (const path of await weightsBeside(model, bytes))
    if (await exists(path)) hash.update((await inputOf(path)).sha256)
  return { name: basename(model), size: bytes.length, sha256: hash.digest('hex') }
}

/** The files that hold a model's weights, where it does not hold them itself. What is wrong with either is told when it is loaded. */
async function weightsBeside(model: string, bytes: Uint8Array): Promise<string[]> {
  // The key of each such place: most files have no such word and are not read for it.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('location')) return []
  const { describe } = await import('@pixelrow/export')
  try {
    return describe(bytes).external.map((name) => join(dirname(model), name))
  } catch {
    return []
  }
}

/** The origin of a task's answers by what they were made from. */
export const originOf = ({ madeBy, options }: Job, made: Made | undefined, contents: Contents): AnswerOrigin => ({
  inputs: made?.inputs ?? [],
  model: madeBy,
  options: { ...options, contents, seen: made?.seen ?? [] },
})

/** How an answer stands: `done`, or why it has to be made. */
export type Standing = 'done' | 'absent' | 'foreign' | 'changed' | 'rows' | 'model' | 'options'

/** How an answer stands by what was written down of it; with `exact` all bytes are read and compared. */
export async function standingOf(
  job: Job,
  task: Task,
  { answer, exact = false }: { answer: Answer; exact?: boolean },
): Promise<Standing> {
  // A link is followed, as it is where the answer is written.
  const path = await realpath(answer.path).catch(() => answer.path)
  const [folder, name] = [dirname(path), basename(path)]
  const state = await stateOf(folder, name, { exact })
  if (state !== 'whole') return state
  const found = (await recordOf(folder, name))?.from as Partial<AnswerOrigin> | undefined
  if (found?.model?.sha256 !== job.madeBy.sha256) return 'model'
  const { seen = [], contents, ...options } = found.options ?? {}
  if (contents?.[name] !== answer.content || !isDeepStrictEqual(options, job.options)) return 'options'
  const isTold = Array.isArray(seen) && seen.length > 0 && !seen.includes('')
  if (!exact && isTold && isDeepStrictEqual(seen, await job.inputs.seen(task))) return 'done'
  return isDeepStrictEqual(found.inputs, (await job.inputs.made(task))?.inputs) ? 'done' : 'rows'
}

/** Puts the folders of answers in order before they are looked at: what a killed process had begun to swap in is finished, where nobody else is at work. */
export async function settleAnswers(tasks: readonly Task[]): Promise<void> {
  for (const folder of new Set(tasks.flatMap(outputsOf).map((path) => dirname(path)))) await settle(folder)
}

/** The first of a task's answers that is not done, and how it stands. */
export async function firstUndone(
  job: Job,
  task: Task,
  options: { exact?: boolean } = {},
): Promise<{ answer: Answer; standing: Standing } | undefined> {
  for (const answer of answersOf(task)) {
    const standing = await standingOf(job, task, { answer, ...options })
    if (standing !== 'done') return { answer, standing }
  }
  return undefined
}

/** Refuses answers whose table was written to while it was read: they would be those of neither. */
export async function requireUnchanged(job: Job, task: Task, before: Made | undefined): Promise<void> {
  if (!before) return
  const after = await job.inputs.made(task)
  if (!isDeepStrictEqual(after?.inputs, before.inputs)) throw writtenTo(task.place.path)
}

const writtenTo = (file: string): JobError =>
  new JobError(`${file} was written to while it was read`, 'predict again when nobody writes there', {
    code: 'CLI_INPUT_CHANGED',
    params: { file },
  })
