import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataError, readSubmissionRows } from '@pixelrow/data'
import { sweepTemporaries, writeFileAtomic } from '@pixelrow/files'
import type { PredictOptions } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { inputsOf, requireApart } from '../files/destination.ts'
import { exists } from '../files/folder.ts'
import { JobError, UsageError } from '../line/errors.ts'
import { predictFlags } from '../line/flags/reading.ts'
import { wordsOf } from '../line/words.ts'
import { checker } from '../submission/check.ts'
import { countedSentence, headerBy, noSample, usualHeader } from '../submission/frame.ts'
import { openSample } from '../submission/sample.ts'
import { standardInput } from '../tables/argument.ts'
import { targetOf } from '../tables/target.ts'
import { many } from '../terminal/table.ts'
import { tellDevice, tellLost } from './device.ts'
import { parseShard, shardOf } from './inputs.ts'
import { loadForMany, readModel, tellNumbering } from './model.ts'
import { carryOut, outputsOf, type Predicted, resultOf, type Task } from './task.ts'

/** What a folder of predictions was made with, so that it is not gone on with by another model. */
const record = '.pixelrow-predict.json'

/** Of what is written there: files of another have other headers or ids. */
const format = 2

/** Classifies files of any length into a folder, a file out for a file in; what is done already is left as it is. */
export async function predictMany(
  context: Context,
  flags: PredictOptions,
  model: string,
  paths: readonly string[],
): Promise<void> {
  const { terminal } = context
  const tasks = await tasksOf(context, flags, paths)
  const mine = flags.shard === undefined ? tasks : shardOf(tasks, parseShard(flags.shard))
  const samples = tasks.flatMap(({ sample }) => (typeof sample?.source === 'string' ? [sample.source] : []))
  const inputs = await Promise.all(tasks.map(({ place }) => inputsOf(place.path)))
  await requireApart(tasks.flatMap(outputsOf), [model, ...inputs.flat(), ...samples])
  const bytes = await readModel(model)
  await openFolder(flags, bytes, dirname(tasks[0]!.out))
  const waiting: Task[] = []
  for (const task of mine) if (!(await isDone(context, task))) waiting.push(task)
  const skipped = mine.length - waiting.length
  if (skipped > 0)
    terminal.note(
      `${skipped} of ${many(mine.length, 'file')} already done: written after their inputs, by the same model and flags`,
    )
  await using classifier = await loadForMany(bytes, flags)
  if (waiting.length > 0) tellDevice(terminal, classifier, flags.device)
  tellNumbering(terminal, model, classifier)
  const done: Predicted[] = []
  for (const task of waiting) {
    const predicted = await carryOut(context, flags, classifier, task)
    done.push(predicted)
    for (const line of resultOf(task, predicted)) terminal.sentence(line)
  }
  tellLost(terminal, classifier)
  tell(context, done)
  const { classes, device } = classifier
  const files = done.map(({ rows, sample }, index) => {
    const { place, out, probabilities } = waiting[index]!
    return {
      input: place.path,
      output: out,
      rows,
      ...(probabilities && { probabilities }),
      ...(sample && { sample: sample.name }),
    }
  })
  const rows = done.reduce((sum, each) => sum + each.rows, 0)
  terminal.json({ model, rows, device, classes, files, skipped })
}

/** What was taken for granted, once for all files, and how much was done. */
function tell({ terminal }: Context, done: readonly Predicted[]): void {
  const counted = done.filter((each) => each.counted)
  const [first] = counted
  if (counted.length > 1 && counted.every(({ sample }) => !sample))
    terminal.note(`${many(counted.length, 'file')} have no ids: their rows are counted from 1, in each anew`)
  else if (first) terminal.note(countedSentence(first.test, first.counted!, first.sample))
  if (done.some(({ sample }) => !sample)) terminal.note(noSample)
  const rows = done.reduce((sum, each) => sum + each.rows, 0)
  if (done.length > 1) terminal.note(`${many(rows, 'row')} in ${many(done.length, 'file')}`)
}

/** Files in the folder by the names of the inputs. */
async function tasksOf(
  context: Context,
  { out, probabilities, ...flags }: PredictOptions,
  paths: readonly string[],
): Promise<Task[]> {
  if (out === undefined || out === '-')
    throw new UsageError(
      `Where shall the predictions of ${many(paths.length, 'file')} go?`,
      'add -o and a folder: -o predictions/',
      { code: 'CLI_OUTPUT_MISSING', params: { command: 'predict', files: paths.length } },
    )
  if (paths.includes(standardInput))
    throw new UsageError('- for standard input stands alone', 'name files, or - and no other', {
      code: 'CLI_STDIN_ALONE',
    })
  const tasks: Task[] = []
  for (const path of paths) {
    const name = `${basename(path).replace(/(\.csv)?(\.gz)?$/i, '')}.csv`
    const files = {
      out: join(out, name),
      ...(probabilities !== undefined && { probabilities: join(probabilities, name) }),
    }
    tasks.push({ ...(await targetOf(context, path, flags)), ...files })
  }
  const twice = tasks.find((task, i) => tasks.findIndex((other) => other.out === task.out) !== i)
  if (twice)
    throw new JobError(`two of the files would be written to ${twice.out}`, 'predict them into folders of their own', {
      code: 'CLI_OUTPUT_TWICE',
      params: { path: twice.out },
    })
  return tasks
}

/** A finished output is there whole, so one that is not older than its input, with the header and ids that it must have, needs no work. */
async function isDone(context: Context, task: Task): Promise<boolean> {
  const { place, sample } = task
  const inputs = [place.path, ...(typeof sample?.source === 'string' ? [sample.source] : [])]
  const times = await Promise.all(inputs.map(async (path) => (await stat(path)).mtimeMs))
  const outputs = await Promise.all(outputsOf(task).map((path) => stat(path).catch(() => undefined)))
  const isNewer = outputs.every((output) => output !== undefined && times.every((time) => output.mtimeMs >= time))
  return isNewer && hasIds(context, task)
}

/** Whether an output has the ids of its sample, and of none where there is none: a sample may have come, and be older all the same. */
async function hasIds(context: Context, { out, sample: file }: Task): Promise<boolean> {
  const sample = file && (await openSample(context, file))
  const header = sample ? headerBy(sample) : usualHeader
  const check = checker({ header, idOf: (row) => sample?.ids[row], rows: sample?.ids.length ?? Infinity })
  try {
    for await (const piece of readSubmissionRows(out, { signal: context.signal })) {
      if (check.wrongIn(piece)) return false
      if (!sample) return true
    }
  } catch (error) {
    if (error instanceof DataError) return false
    throw error
  }
  return check.wrongAtEnd() === undefined
}

/** Makes the folder, or makes sure that what is in it came from the same model and options; several parts of a job may share it. */
async function openFolder(flags: PredictOptions, model: Uint8Array, folder: string): Promise<void> {
  const words = wordsOf(predictFlags, flags).join(' ')
  const sum = createHash('sha256').update(model).digest('hex')
  const text = `${JSON.stringify({ format, model: sum, options: words })}\n`
  const path = join(folder, record)
  await mkdir(folder, { recursive: true })
  const before = (await exists(path)) ? await readFile(path, 'utf8') : undefined
  if (before !== undefined && before !== text)
    throw new JobError(
      `${folder} holds predictions of another model, with other options or of another version`,
      'choose another folder with -o, or remove this one',
      { code: 'CLI_FOLDER_OTHER', params: { path: folder } },
    )
  if (before === undefined) await writeFileAtomic(path, text)
  await sweepTemporaries(folder)
}
