import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Classifier } from '@pixelrow/infer-node'
import type { Context } from '../../context.ts'
import { inputsOf, requireApart } from '../../files/destination.ts'
import { modelAt } from '../../files/model.ts'
import { UsageError } from '../../line/errors.ts'
import { tellDevice, tellLost } from '../../predicting/device.ts'
import { expand } from '../../predicting/inputs.ts'
import { predictMany } from '../../predicting/many.ts'
import { loadForMany, tellNumbering } from '../../predicting/model.ts'
import { submissionOf } from '../../predicting/output.ts'
import { carryOut, type Predicted, predictionOf, resultOf, type Task } from '../../predicting/task.ts'
import { countedSentence, noSample } from '../../submission/frame.ts'
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
  if (out !== undefined && probabilities !== undefined && join(out) === join(probabilities))
    throw new UsageError(`-o and --probabilities both want ${out}`, 'give each a name of its own', {
      code: 'CLI_OUTPUT_TWICE',
      params: { path: out },
    })
  const paths = await expand(words)
  if (paths.length > 1 || (out !== undefined && (await isFolderName(out))))
    return predictMany(context, flags, model, paths)
  await predictOne(context, flags, model, paths[0]!)
}

/** One table or standard input, to a file, standard output, or the object of `--json`. */
async function predictOne(context: Context, flags: PredictOptions, model: string, path: string): Promise<void> {
  const out = destination(flags, path)
  const { probabilities } = flags
  const target = await targetOf(context, path, flags)
  const { place, sample } = target
  const outputs = [out, probabilities].filter((each) => each !== undefined && each !== '-') as string[]
  const samples = typeof sample?.source === 'string' ? [sample.source] : []
  await requireApart(outputs, [model, ...(await inputsOf(place.path)), ...samples])
  await using classifier = await loadForMany(model, flags)
  tellDevice(context.terminal, classifier, flags.device)
  tellNumbering(context.terminal, model, classifier)
  const task = { ...target, ...(probabilities !== undefined && { probabilities }) }
  const done = await predicted(context, flags, classifier, task, out)
  tellLost(context.terminal, classifier)
  tell(context, done)
  const { rows, header, ids, labels } = done
  const inPlace =
    out === undefined ? { header, ids, labels } : { submission: out, header, ...(probabilities && { probabilities }) }
  const { device, classes } = classifier
  context.terminal.json({ model, rows, device, classes, ...(done.sample && { sample: done.sample.name }), ...inPlace })
}

/** With the labels themselves, where they go nowhere else. */
type Answered = Predicted & { ids?: readonly string[]; labels?: readonly string[] }

async function predicted(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  task: Omit<Task, 'out'>,
  out: string | undefined,
): Promise<Answered> {
  if (out === undefined) return inMemory(context, flags, classifier, task)
  if (out !== '-') {
    const done = await carryOut(context, flags, classifier, { ...task, out })
    for (const line of resultOf({ ...task, out }, done)) context.terminal.sentence(line)
    return done
  }
  // Whether a sample's ids are all there is known at the end, and nothing is printed before.
  return task.sample ? throughFile(context, flags, classifier, task) : toPipe(context, flags, classifier, task)
}

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
  for await (const text of submissionOf(answers, prediction, { onRows })) await context.terminal.raw(text)
  const { test, header, classes } = prediction
  return { test, header, classes, rows, counted: counted() }
}

/** Prints a file that is written for this alone: what goes to a pipe is checked like what goes to a file. */
async function throughFile(
  context: Context,
  flags: PredictOptions,
  classifier: Classifier,
  target: Target,
): Promise<Answered> {
  const folder = await mkdtemp(join(tmpdir(), 'pixelrow-'))
  try {
    const out = join(folder, 'submission.csv')
    const done = await carryOut({ ...context, kept: [] }, flags, classifier, { ...target, out })
    await context.terminal.raw(await readFile(out, 'utf8'))
    return done
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What was taken for granted. */
function tell({ terminal }: Context, { test, sample, counted }: Predicted): void {
  if (counted) terminal.note(countedSentence(test, counted, sample))
  if (!sample) terminal.note(noSample)
}

/** The file for the submission, `-` for standard output, or nothing where `--json` holds the labels. */
function destination({ out, json, shard, probabilities }: PredictOptions, path: string): string | undefined {
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
  if (out !== undefined || json) return out
  if (!process.stdout.isTTY) return '-'
  throw new UsageError(`Where shall the submission for ${path} go?`, 'add -o submission.csv, or -o - to see it here', {
    code: 'CLI_OUTPUT_MISSING',
    params: { command: 'predict' },
  })
}

async function isFolderName(out: string): Promise<boolean> {
  return /[/\\]$/.test(out) || (out !== '-' && ((await stat(out).catch(() => undefined))?.isDirectory() ?? false))
}
