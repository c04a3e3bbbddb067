import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { isTemporary, writeFileAtomic } from '@pixelrow/files'
import { type Classifier, load } from '@pixelrow/infer-node'
import { requireApart } from '../files/destination.ts'
import { exists } from '../files/folder.ts'
import { JobError, UsageError } from '../line/errors.ts'
import { type Flags, predictFlags, wordsOf } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { count, many } from '../terminal/table.ts'
import { expand, isPattern, parseShard, shardOf } from './inputs.ts'
import { piecesOf, submissionOf, writePredictions } from './rows.ts'

/** What a folder of predictions was made with, so that it is not gone on with by another model. */
const record = '.pixelrow-predict.json'

/** One input with its outputs. */
interface Task {
  path: string
  out: string
  probabilities?: string
}

/** Whether a call is for files that stream: several, a folder to write to, standard input, probabilities, or a share of the work. */
export async function isStreaming({ out, probabilities, shard }: Flags, paths: readonly string[]): Promise<boolean> {
  const [path = ''] = paths
  if (paths.length > 1 || path === '-' || probabilities !== undefined || shard !== undefined) return true
  return (out !== undefined && out !== '-' && (await isFolderName(out))) || isPattern(path)
}

/** Classifies files of any length, a file out for a file in; what is done already is left as it is. */
export async function predictMany(
  context: Context,
  flags: Flags,
  model: string,
  words: readonly string[],
): Promise<void> {
  const paths = await expand(words)
  if (paths.length === 1 && !(flags.out !== undefined && flags.out !== '-' && (await isFolderName(flags.out)))) {
    return predictOne(context, flags, model, paths[0]!)
  }
  const tasks = await tasksOf(flags, paths)
  const mine = flags.shard === undefined ? tasks : shardOf(tasks, parseShard(flags.shard))
  await requireApart(tasks.flatMap(outputsOf), [model, ...paths])
  const bytes = await readModel(model)
  await openFolder(flags, bytes, dirname(tasks[0]!.out))
  const { terminal } = context
  const waiting: Task[] = []
  for (const task of mine) if (!(await isDone(task))) waiting.push(task)
  const done = mine.length - waiting.length
  if (done > 0) terminal.note(`${done} of ${many(mine.length, 'file')} already done`)
  await using classifier = await loadForMany(bytes, flags)
  const files: { input: string; output: string; rows: number }[] = []
  for (const task of waiting) {
    const rows = await predictTask(context, flags, classifier, task)
    context.kept.push(task.out)
    files.push({ input: task.path, output: task.out, rows })
    terminal.result(`${task.out}: ${many(rows, 'row')}`)
  }
  const { classes, device } = classifier
  const rows = files.reduce((sum, each) => sum + each.rows, 0)
  if (waiting.length > 1) terminal.note(`${many(rows, 'row')} in ${many(waiting.length, 'file')}`)
  terminal.json({ model, rows, device, classes, files, skipped: done })
}

/**
 * Several workers of few threads each: while this thread reads rows, runs on the others never wait for one another, as the threads of one run
 * would. Each holds a model, so there are no more than four.
 */
function loadForMany(source: string | Uint8Array, { device, threads = availableParallelism() }: Flags) {
  const workers = Math.min(threads, 4)
  return load(source, { device, workers, threads: Math.floor(threads / workers) })
}

/** One file or standard input, to one file or standard output. */
async function predictOne(context: Context, flags: Flags, model: string, path: string): Promise<void> {
  const { terminal, signal } = context
  const { out = '-', probabilities, json } = flags
  if (flags.shard !== undefined)
    throw new UsageError('--shard is for several files', "add -o OUT/ and name them: 'part-*.csv'")
  if (out === '-' && json) throw new UsageError('--json and --out - both want standard output', 'add -o submission.csv')
  if (path === '-' && process.stdin.isTTY)
    throw new UsageError(
      '- reads rows from standard input, and that is this terminal',
      'pixelrow predict model.onnx - < test.csv',
    )
  const outputs = [out, probabilities].filter((each) => each !== undefined && each !== '-') as string[]
  await requireApart(outputs, [model, path])
  await using classifier = await loadForMany(model, flags)
  if (out !== '-') {
    const rows = await predictTask(context, flags, classifier, { path, out, ...(probabilities && { probabilities }) })
    terminal.result(`${out}: ${many(rows, 'row')}`)
    terminal.json({
      model,
      rows,
      device: classifier.device,
      classes: classifier.classes,
      submission: out,
      probabilities,
    })
    return
  }
  if (probabilities !== undefined)
    throw new UsageError('--probabilities needs a file for the labels, too', 'add -o submission.csv')
  const pieces = await piecesOf(context, classifier, path, flags)
  for await (const text of submissionOf(classifier, pieces, { signal, onRows: () => {} })) await terminal.raw(text)
}

async function predictTask(context: Context, flags: Flags, classifier: Classifier, task: Task): Promise<number> {
  const { terminal, signal } = context
  let rows = 0
  const onRows = (now: number) => {
    rows = now
    terminal.transient(`${task.path}: ${count(now)} rows`)
  }
  for (const output of outputsOf(task)) await mkdir(dirname(output), { recursive: true })
  const pieces = await piecesOf(context, classifier, task.path, flags)
  const { out, probabilities } = task
  await writePredictions(classifier, pieces, { signal, onRows, out, probabilities })
  terminal.transient()
  return rows
}

/** Files in the folder by the names of the inputs. */
async function tasksOf({ out, probabilities }: Flags, paths: readonly string[]): Promise<Task[]> {
  if (out === undefined || out === '-')
    throw new UsageError(
      `Where shall the predictions of ${many(paths.length, 'file')} go?`,
      'add -o and a folder: -o predictions/',
    )
  if (paths.includes('-')) throw new UsageError('- for standard input stands alone', 'name files, or - and no other')
  const tasks = paths.map((path) => {
    const name = `${basename(path).replace(/(\.csv)?(\.gz)?$/i, '')}.csv`
    return {
      path,
      out: join(out, name),
      ...(probabilities !== undefined && { probabilities: join(probabilities, name) }),
    }
  })
  const twice = tasks.find((task, i) => tasks.findIndex((other) => other.out === task.out) !== i)
  if (twice)
    throw new JobError(`two of the files would be written to ${twice.out}`, 'predict them into folders of their own')
  return tasks
}

const outputsOf = ({ out, probabilities }: Task): string[] =>
  probabilities === undefined ? [out] : [out, probabilities]

/** A finished output is there whole, so one that is not older than its input needs no work. */
async function isDone(task: Task): Promise<boolean> {
  const input = await stat(task.path)
  const outputs = await Promise.all(outputsOf(task).map((path) => stat(path).catch(() => undefined)))
  return outputs.every((output) => output !== undefined && output.mtimeMs >= input.mtimeMs)
}

/** Makes the folder, or makes sure that what is in it came from the same model and options; several parts of a job may share it. */
async function openFolder(flags: Flags, model: Uint8Array, folder: string): Promise<void> {
  const words = wordsOf(flags, predictFlags).join(' ')
  const text = `${JSON.stringify({ model: createHash('sha256').update(model).digest('hex'), options: words })}\n`
  const path = join(folder, record)
  await mkdir(folder, { recursive: true })
  const before = (await exists(path)) ? await readFile(path, 'utf8') : undefined
  if (before !== undefined && before !== text)
    throw new JobError(
      `${folder} holds predictions of another model, or with other options`,
      'choose another folder with -o, or remove this one',
    )
  if (before === undefined) await writeFileAtomic(path, text)
  if (flags.shard !== undefined) return
  for (const name of await readdir(folder)) if (isTemporary(name)) await rm(join(folder, name), { force: true })
}

async function isFolderName(out: string): Promise<boolean> {
  return /[/\\]$/.test(out) || ((await stat(out).catch(() => undefined))?.isDirectory() ?? false)
}

/** Read once, for its sum and to be loaded. */
async function readModel(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new JobError(`${path}: expected an ONNX model, found no such file`, 'check the path')
      : error
  })
}
