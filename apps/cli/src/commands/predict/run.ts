import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Classifier, LoadedClassifier } from '@pixelrow/infer-node'
import type { Context } from '../../context.ts'
import { modelAt } from '../../files/model.ts'
import { UsageError } from '../../line/errors.ts'
import { answer, claimAnswers } from '../../predicting/answering.ts'
import { tellDevice, tellLost } from '../../predicting/device.ts'
import { expand } from '../../predicting/inputs.ts'
import { predictMany } from '../../predicting/many.ts'
import { loadForMany, tellNumbering } from '../../predicting/model.ts'
import { firstUndone, loadFor, openJob } from '../../predicting/origin.ts'
import { submissionOf } from '../../predicting/output.ts'
import { outputsOf, type Predicted, predictionOf, resultOf, type Task } from '../../predicting/task.ts'
import { requireTasksApart, tasksOf } from '../../predicting/tasks.ts'
import { verify } from '../../predicting/verify.ts'
import { countedSentence, noSample } from '../../submission/frame.ts'
import { standardInput } from '../../tables/argument.ts'
import { recordOfModel, withRun } from '../../tables/ofrun.ts'
import { requireOrder } from '../../tables/order.ts'
import { type Target, targetOf } from '../../tables/target.ts'
import { type PredictOptions, predictCommand } from './command.ts'

/** `pixelrow predict MODEL.onnx TEST.csv`: classifies the rows of a table into a submission, or many files into a folder. */
export async function run(context: Context, given: PredictOptions, source: string, ...words: string[]): Promise<void> {
  await requireOrder(predictCommand, given, [source, words[0]!])
  const place = await modelAt(source)
  const { path: model } = place
  const flags = withRun(context, given, await recordOfModel(context, source, place))
  const { out, probabilities } = flags
  if (out !== undefined && probabilities !== undefined && resolve(out) === resolve(probabilities))
    throw new UsageError(`-o and --probabilities both want ${out}`, 'give each a name of its own', {
      code: 'CLI_OUTPUT_TWICE',
      params: { path: out },
    })
  const paths = await expand(words)
  const isMany = paths.length > 1 || (out !== undefined && (await isFolderName(out)))
  if (flags.verify) {
    const tasks = isMany ? (await tasksOf(context, flags, paths)).mine : [await taskOf(context, flags, paths[0]!)]
    return verify(context, flags, { model, words: [source, ...words] }, tasks)
  }
  if (isMany) return predictMany(context, flags, model, paths)
  await predictOne(context, flags, model, paths[0]!)
}

/** One table or standard input, to a file, standard output, or the object of `--json`. */
async function predictOne(context: Context, flags: PredictOptions, model: string, path: string): Promise<void> {
  const out = destination(flags, path)
  const target = await targetOf(context, path, flags)
  if (out !== undefined && out !== '-') return predictToFile(context, flags, model, taskFor(target, flags, out))
  await using classifier = await loadForMany(model, flags)
  tellModel(context, flags, model, classifier)
  const predicted = out === undefined ? inMemory : toPipe
  const done = await predicted(context, flags, classifier, target)
  tellLost(context.terminal, classifier)
  tell(context, done)
  context.terminal.json({ model, ...reported(done, classifier), ...inPlace(done) })
}

/** Into files that are this process's alone from the start; nothing is done where they are current already. */
async function predictToFile(context: Context, flags: PredictOptions, model: string, task: Task): Promise<void> {
  const { terminal } = context
  const { out: submission, probabilities } = task
  const files = { submission, ...(probabilities && { probabilities }) }
  await requireTasksApart([task], model)
  await using claims = await claimAnswers(context, task, flags.force)
  const job = await openJob(model, flags)
  if (!(await firstUndone(job, task))) {
    terminal.sentence(`${outputsOf(task).join(' and ')}: already done, from the same rows, by the same model and flags`)
    return terminal.json({ model, ...files, skipped: 1 })
  }
  await using classifier = await loadFor(job, flags)
  tellModel(context, flags, model, classifier)
  const done = await answer(context, flags, classifier, { job, task, claims })
  for (const line of resultOf(task, done)) terminal.sentence(line)
  tellLost(terminal, classifier)
  tell(context, done)
  terminal.json({ model, ...reported(done, classifier), ...files, header: done.header, skipped: 0 })
}

function tellModel(
  { terminal }: Context,
  { device }: PredictOptions,
  model: string,
  classifier: LoadedClassifier,
): void {
  tellDevice(terminal, classifier, device)
  tellNumbering(terminal, model, classifier)
}

const reported = ({ rows, sample }: Predicted, { device, classes }: LoadedClassifier) => ({
  rows,
  device,
  classes,
  ...(sample && { sample: sample.name }),
})

const inPlace = ({ header, ids, labels }: Answered) => ({ header, ids, labels })

const taskFor = (target: Target, { probabilities }: PredictOptions, out: string): Task => ({
  ...target,
  out,
  ...(probabilities !== undefined && { probabilities }),
})

/** The task whose answer is to be verified. */
async function taskOf(context: Context, flags: PredictOptions, path: string): Promise<Task> {
  const out = destination(flags, path)
  if (out === undefined || out === '-' || path === standardInput)
    throw new UsageError('--verify compares files with files', 'name a file, and add -o submission.csv', {
      code: 'CLI_FLAG_UNUSED',
      params: { command: 'predict', flag: '--verify', needed: ['--out'] },
    })
  return taskFor(await targetOf(context, path, flags), flags, out)
}

/** With the labels themselves, where they go nowhere else. */
type Answered = Predicted & { ids?: readonly string[]; labels?: readonly string[] }

async function inMemory(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  target: Target,
): Promise<Answered> {
  const { answers, counted, ...prediction } = await predictionOf(context, flags, classifier, target)
  const [ids, labels]: [string[], string[]] = [[], []]
  for await (const piece of answers) {
    for (let row = 0; row < piece.rows; row++) {
      ids.push(piece.ids?.[row] ?? String(ids.length + 1))
      labels.push(prediction.classes[piece.labels[row]!]!)
    }
  }
  return { ...prediction, rows: ids.length, counted: counted(), ids, labels }
}

async function toPipe(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  target: Target,
): Promise<Answered> {
  const { answers, counted, ...prediction } = await predictionOf(context, flags, classifier, target)
  let rows = 0
  const onRows = (now: number) => {
    rows = now
  }
  // Whether a sample's ids are all there is known at the end, and nothing is printed before.
  const held: string[] = []
  for await (const text of submissionOf(answers, prediction, { onRows })) {
    if (prediction.sample) held.push(text)
    else await context.terminal.raw(text)
  }
  for (const text of held) await context.terminal.raw(text)
  const { test, sample, header, classes } = prediction
  return { test, sample, header, classes, rows, counted: counted() }
}

/** What was taken for granted. */
function tell({ terminal }: Context, { test, sample, counted }: Predicted): void {
  if (counted) terminal.note(countedSentence(test, counted, sample))
  if (!sample) terminal.note(noSample)
}

/** The file for the submission, `-` for standard output, or nothing where `--json` holds the labels. */
function destination(
  { out: named, json, shard, probabilities, spreadsheetSafe }: PredictOptions,
  path: string,
): string | undefined {
  const out = named !== undefined && isStandardOutput(named) ? '-' : named
  if (shard !== undefined)
    throw new UsageError('--shard is for several files', "add -o OUT/ and name them: 'part-*.csv'", {
      code: 'CLI_FLAG_UNUSED',
      params: { command: 'predict', flag: '--shard', needed: ['--out'] },
    })
  if (out === '-' && json)
    throw new UsageError(
      '--json and --out - both want standard output',
      'leave --out away: the object holds the labels then',
      { code: 'CLI_FLAG_CONFLICT', params: { flag: '--json', other: '--out -' } },
    )
  if (probabilities !== undefined && (out === undefined || out === '-'))
    throw new UsageError('--probabilities needs a file for the labels, too', 'add -o submission.csv', {
      code: 'CLI_FLAG_UNUSED',
      params: { command: 'predict', flag: '--probabilities', needed: ['--out'] },
    })
  if (json && out === undefined && spreadsheetSafe)
    throw new UsageError('--spreadsheet-safe is for CSV, and --json holds the labels', 'add -o answers.csv', {
      code: 'CLI_FLAG_UNUSED',
      params: { command: 'predict', flag: '--spreadsheet-safe', needed: ['--out'] },
    })
  if (out !== undefined || json) return out
  if (!process.stdout.isTTY) return '-'
  throw new UsageError(`Where shall the submission for ${path} go?`, 'add -o submission.csv, or -o - to see it here', {
    code: 'CLI_OUTPUT_MISSING',
    params: { command: 'predict' },
  })
}

/** Whether a path is standard output's, by any of its names. */
const isStandardOutput = (path: string): boolean =>
  path === '-' || /^\/(dev\/(stdout|fd\/1)|proc\/self\/fd\/1)$/.test(path)

async function isFolderName(out: string): Promise<boolean> {
  return /[/\\]$/.test(out) || (out !== '-' && ((await stat(out).catch(() => undefined))?.isDirectory() ?? false))
}
