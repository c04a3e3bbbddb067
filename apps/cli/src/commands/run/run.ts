import type { PixelTable } from '@pixelrow/data'
import { load } from '@pixelrow/infer-node'
import type { Context } from '../../context.ts'
import { openDestination, requireFolderApart } from '../../files/destination.ts'
import { exists, type RunFolder } from '../../files/folder.ts'
import { readModel } from '../../files/model.ts'
import { rowsBeside, rowsFile, rowsSeenIn } from '../../files/rows.ts'
import type { AtKaggle } from '../../kaggle/run.ts'
import { chosen } from '../../line/flags/define.ts'
import { competitionFlags, kaggleFlags } from '../../line/flags/kaggle.ts'
import { csvPredictFlags, dataFlags, runReadingFlags } from '../../line/flags/reading.ts'
import { command } from '../../line/paste.ts'
import { wordsOf } from '../../line/words.ts'
import { type Score, scoreLines, scoreOf } from '../../measuring/score.ts'
import { measuredOn, validationLines } from '../../measuring/trained.ts'
import { tellDevice, tellLost } from '../../predicting/device.ts'
import { comparedWith, countedSentence, type Frame, frameOf, noSample } from '../../submission/frame.ts'
import { columnsBy, type NamedSample, openSample, requireLabelSample } from '../../submission/sample.ts'
import { writeChecked } from '../../submission/waiting.ts'
import { nameOf } from '../../tables/place.ts'
import { openSource, type Source } from '../../tables/source.ts'
import { readBoth } from '../../tables/test.ts'
import { count, many } from '../../terminal/table.ts'
import { keepCheckpoints, type Resumed } from '../../training/checkpoint.ts'
import { type FinishedRecord, finishedBy, tellFinished, unfinished } from '../../training/continuing.ts'
import { settle } from '../../training/device.ts'
import { historyCsv } from '../../training/epochs.ts'
import { timed } from '../../training/fitting.ts'
import { type Identity, identityOf, originOf } from '../../training/identity.ts'
import { type Asked, failureOf, tellFailure } from '../../training/outcome.ts'
import { numbersOf, requireOneOfEach } from '../../training/plan.ts'
import { callsOfRun, inputsOfRun, type Reports, trainingRecord } from '../../training/record.ts'
import type { Trained } from '../../training/trained.ts'
import { trainAndExport } from '../../training/training.ts'
import { type RunOptions, runCommand } from './command.ts'

interface Inputs {
  table: PixelTable
  test: PixelTable
  frame: Frame
  sample?: NamedSample | undefined
  /** What errors call the test table. */
  name: string
  /** How both were read. */
  reports: Reports
}

/** `pixelrow run`: from train.csv and test.csv to model.onnx and submission.csv. */
export async function run(context: Context, asked: RunOptions): Promise<void> {
  requireOneOfEach(asked)
  await using folder = await openDestination(context, 'run', asked)
  const [flags, resumed] = (asked.continue && (await unfinished(context, { folder, command: 'run', asked }))) || [asked]
  await trainAndPredict(context, flags, { folder, ...(resumed && { resumed }) })
}

/** Where the results go, and from where an interrupted training goes on. */
interface Beginning {
  folder: RunFolder
  resumed?: Resumed
}

/** The same, or what is left of one that was interrupted. */
export async function trainAndPredict(
  context: Context,
  given: RunOptions,
  { folder, resumed }: Beginning,
): Promise<void> {
  // Who stays on this machine does not load what goes to Kaggle.
  const kaggle =
    given.kaggle || given.submit ? (await import('../../kaggle/run.ts')).atKaggle(context, given) : undefined
  const asked = { ...given, ...(await kaggle?.prepare()) }
  const source = await openSource(context, asked.data, asked)
  if (!resumed) await requireFolderApart(asked.out, source.files)
  const read = await timed(() => readInputs(context, asked, source))
  const { table, test, frame } = read.value
  resumed?.requireSame(table, nameOf(source.train))
  const identity = identityOf('run', asked, { train: table, test: { table: test, frame } })
  const failed = { words: ['run'], flags: asked, file: source.train.path, table }
  const finished = asked.continue && !resumed && (await finishedBy(folder, identity, asked.force))
  if (finished) return complete(context, asked, { folder, inputs: read.value, identity, finished, failed, kaggle })
  const flags = resumed ? asked : await settle(context, asked, table)
  const keeper = keepCheckpoints(context, folder, { paths: [], flags, identity }, resumed)
  try {
    const trained = await trainAndExport(context, flags, table, keeper)
    await folder.write('model.onnx', trained.bytes)
    const seen = rowsSeenIn(trained)
    await folder.write(rowsBeside('model.onnx'), rowsFile(trained.bytes, seen))
    await folder.write('history.csv', historyCsv(trained.history))
    const predicted = await timed(() => submit(context, flags, folder, trained.bytes, read.value))
    const { labels, submission } = predicted.value
    const score = await scoreOf(context, source, { submission, table: test, predicted: labels, seen })
    const record = {
      ...trainingRecord('run', flags, table, trained),
      accuracy: { validation: trained.accuracy, test: score?.accuracy },
      measuredOn: measuredOn(trained, score),
      seconds: { read: read.seconds, ...trained.seconds, predict: predicted.seconds },
      predicted: { rows: test.rows, header: read.value.frame.header },
      source: flags.data ?? 'embedded',
      ...(await inputsOfRun(folder.path, read.value.reports, flags.data)),
      ...callsOfRun(context, resumed),
    }
    const write = (more: object) => folder.write('run.json', `${JSON.stringify({ ...record, ...more }, null, 2)}\n`)
    await write({})
    await keeper.finish(originOf(identity))
    const files = { folder: folder.path, model: folder.file('model.onnx'), submission: folder.file('submission.csv') }
    tellResult(context, folder, read.value, trained, score)
    context.kept.push(files.model, folder.file('history.csv'), files.submission, folder.file('run.json'))
    const failure = failureOf(trained.outcome, failed)
    if (failure) tellFailure(context, folder.path, failure)
    // A yes given before the training was no yes to what came of it.
    const consent = { isAskedAgain: failure !== undefined }
    const sent = flags.submit && (await kaggle?.submit(files.submission, titleOf(flags, trained), consent))
    if (sent) {
      await write({ kaggle: sent })
      await folder.commit(originOf(identity))
    }
    context.terminal.json({ ...files, ...record, ...(failure && { failure }), ...(sent && { kaggle: sent }) })
    if (failure) return
    if (flags.kaggle && !flags.submit) tellSubmit(context, flags, files.submission)
    tellNext(context, flags, trained)
  } finally {
    await keeper.leave()
  }
}

/** A finished run, and what it may lack. */
interface Finished {
  folder: RunFolder
  inputs: Inputs
  identity: Identity
  finished: FinishedRecord
  failed: Asked
  kaggle: AtKaggle | undefined
}

/** Does what a finished run lacks: its submission where that is gone, and its upload where that was asked for. */
async function complete(context: Context, flags: RunOptions, finishedRun: Finished): Promise<void> {
  const { folder, inputs, identity, finished, failed, kaggle } = finishedRun
  const submission = folder.file('submission.csv')
  const done: string[] = []
  if (!(await exists(submission))) {
    await submit(context, flags, folder, await readModel(folder.file('model.onnx')), inputs)
    await folder.commit(originOf(identity))
    done.push(`${submission} was missing and is made again`)
  }
  const isToSend = flags.submit && finished.kaggle === undefined
  const consent = { isAskedAgain: failureOf(finished.outcome, failed) !== undefined }
  const title = `pixelrow ${flags.recipe}, seed ${flags.seed}`
  const sent = isToSend ? await kaggle?.submit(submission, title, consent) : undefined
  const record = { ...finished, ...(sent && { kaggle: sent }) }
  if (sent) {
    await folder.write('run.json', `${JSON.stringify(record, null, 2)}\n`)
    await folder.commit(originOf(identity))
    done.push(`${submission} was not submitted yet`)
  }
  tellFinished(context, folder, { record, asked: failed, done: done.join('; ') || undefined })
}

async function readInputs(context: Context, flags: RunOptions, source: Source): Promise<Inputs> {
  const { terminal, signal } = context
  terminal.note(`Reading ${source.name}`)
  const sample = source.sample && (await openSample(context, source.sample))
  if (sample) requireLabelSample(sample, probabilityWay(source, flags))
  const { train: table, test, reports } = await readBoth(context, source, flags, columnsBy(sample))
  const { shape } = table
  const frame = frameOf(test, nameOf(source.test), sample)
  signal.throwIfAborted()
  const size = `${shape.height}×${shape.width}${shape.channels > 1 ? `×${shape.channels}` : ''}`
  const rows = `${many(table.rows, 'row')} to train on, ${count(test.rows)} to predict`
  terminal.note(`${rows}: images of ${size}, ${many(table.classes?.length ?? 0, 'class', 'classes')}`)
  if (frame.counted) terminal.note(countedSentence(nameOf(source.test), frame.counted, sample))
  if (!sample) terminal.note(noSample)
  return { table, test, frame, sample, name: nameOf(source.test), reports: { ...reports, sample } }
}

/** The two commands that give a probability for each class. */
function probabilityWay({ train, test }: Source, flags: RunOptions): string {
  const words = wordsOf({ ...chosen(runCommand.flags, 'recipe', 'seed'), ...runReadingFlags }, flags)
  const training = command('train', train.path, '-o', 'runs/first', ...words)
  const out = ['-o', 'labels.csv', '--probabilities', 'submission.csv', ...wordsOf(csvPredictFlags, flags)]
  return `${training} && ${command('predict', 'runs/first/model.onnx', test.path, ...out)}`
}

async function submit(
  context: Context,
  flags: RunOptions,
  folder: RunFolder,
  model: Uint8Array,
  { test, frame }: Inputs,
) {
  const { device, threads } = flags
  // What TensorFlow trains on, onnxruntime may not have.
  const classifier = await load(model, { device: device === 'cpu' ? device : 'auto', threads })
  // The training has told of the CPU.
  if (classifier.device !== 'cpu') tellDevice(context.terminal, classifier, 'auto')
  try {
    const { labels } = await classifier.predict(test.pixels, {
      signal: context.signal,
      onProgress: (rows) => context.terminal.transient(`predicting ${count(rows)} of ${many(test.rows, 'row')}`),
    })
    tellLost(context.terminal, classifier)
    const submission = await writeChecked(folder, frame, { labels, classes: classifier.classes })
    return { labels, submission }
  } finally {
    await classifier.close()
  }
}

function tellResult(
  { terminal }: Context,
  folder: RunFolder,
  { table, test, sample, frame, name }: Inputs,
  trained: Trained,
  score: Score | undefined,
): void {
  const { green, bold } = terminal.resultColors
  const style = (text: string) => green(bold(text))
  for (const line of score ? scoreLines(score, style) : validationLines(trained, style)) terminal.sentence(line)
  const compared = comparedWith(table.classes ?? [], test.rows, { test: name, sample, counted: frame.counted })
  terminal.sentence(`${folder.file('submission.csv')}: ${many(test.rows, 'row')}, checked: ${compared}`)
  terminal.result(`${folder.file('model.onnx')}: ${count(Math.ceil(trained.bytes.length / 1000))} kB`)
}

/** What a submission is called if nobody says: plain words, as Kaggle is said to stumble over some signs. */
function titleOf({ recipe, seed }: RunOptions, { plan, accuracy, validated, trainedBefore }: Trained): string {
  const by = trainedBefore === undefined ? '' : ' by the model before the last training'
  const score = accuracy === undefined ? '' : `, ${accuracy.toFixed(4)} on ${validated?.rows} validation rows${by}`
  return `pixelrow ${recipe}, ${numbersOf(plan)}, seed ${seed}${score}`
}

function tellSubmit({ terminal }: Context, flags: RunOptions, file: string): void {
  terminal.note('\nNext, submit it:')
  terminal.line(`  ${terminal.colors.cyan(command('submit', file, ...wordsOf(competitionFlags, flags)))}`)
}

function tellNext({ terminal }: Context, flags: RunOptions, { plan: { options } }: Trained): void {
  // What came from Kaggle was put where --kaggle finds it again.
  const source = flags.kaggle && flags.data === flags.competition ? {} : dataFlags
  const again = { ...source, ...chosen(kaggleFlags, 'kaggle', 'submit', 'competition'), ...runReadingFlags }
  const same = wordsOf(again, flags)
  const other = flags.recipe === 'cnn' ? 'fast' : 'cnn'
  const show = (...words: string[]) => terminal.line(`  ${terminal.colors.cyan(command('run', ...same, ...words))}`)
  terminal.note(`\n${flags.kaggle && !flags.submit ? 'Or' : 'Next,'} compare with another recipe, or train for longer:`)
  show('--recipe', other)
  const longer =
    options.steps === undefined ? ['--epochs', Math.min(10_000, 2 * options.epochs)] : ['--steps', 2 * options.steps]
  show('--recipe', flags.recipe, ...longer.map(String))
}
