import { dirname, join } from 'node:path'
import type { Context } from '../../context.ts'
import { inputsOf, openDestination, requireFolderApart } from '../../files/destination.ts'
import { exists, type RunFolder } from '../../files/folder.ts'
import { rowsBeside, rowsFile, rowsSeenIn } from '../../files/rows.ts'
import { csvPredictFlags } from '../../line/flags/reading.ts'
import { command } from '../../line/paste.ts'
import { withoutSecrets } from '../../line/secrets.ts'
import { wordsOf } from '../../line/words.ts'
import { measuredOn, validationLines } from '../../measuring/trained.ts'
import { standardInput, tableAt } from '../../tables/argument.ts'
import { nameOf } from '../../tables/place.ts'
import { readLabelled } from '../../tables/reading.ts'
import { into } from '../../tables/report.ts'
import { keepCheckpoints, type Resumed } from '../../training/checkpoint.ts'
import { finishedBy, tellFinished, unfinished } from '../../training/continuing.ts'
import { settle } from '../../training/device.ts'
import { historyCsv } from '../../training/epochs.ts'
import { timed } from '../../training/fitting.ts'
import { identityOf, originOf } from '../../training/identity.ts'
import { failureOf, tellFailure } from '../../training/outcome.ts'
import { requireOneOfEach } from '../../training/plan.ts'
import { callsOfRun, inputsOfRun, type Reports, trainingRecord } from '../../training/record.ts'
import { trainAndExport } from '../../training/training.ts'
import type { TrainOptions } from './command.ts'

/** `pixelrow train TRAIN.csv`: trains on a CSV and leaves model.onnx, history.csv and run.json. */
export async function run(context: Context, asked: TrainOptions, path: string): Promise<void> {
  requireOneOfEach(asked)
  await requireFolderApart(asked.out, await inputsOf(path))
  await using folder = await openDestination(context, 'train', asked)
  const [flags, resumed] = (asked.continue && (await unfinished(context, { folder, command: 'train', asked }))) || [
    asked,
  ]
  await train(context, flags, { path, folder, ...(resumed && { resumed }) })
}

/** What is trained on, where to, and from where an interrupted training goes on. */
interface Beginning {
  path: string
  folder: RunFolder
  resumed?: Resumed
}

/** The same, or what is left of one that was interrupted. */
export async function train(
  context: Context,
  asked: TrainOptions,
  { path, folder, resumed }: Beginning,
): Promise<void> {
  const { terminal, kept } = context
  const begin = resumed ? command('resume', folder.path) : command('train', path)
  context.isPiped = path === standardInput
  const place = tableAt(path, `${begin} < train.csv`)
  terminal.note(`Reading ${nameOf(place)}`)
  const reports: Reports = {}
  const read = await timed(() => readLabelled(context, place, asked, { learning: true, ...into(reports, 'train') }))
  resumed?.requireSame(read.value, nameOf(place))
  const identity = identityOf('train', asked, { train: read.value })
  const failed = { words: ['train', path], flags: asked, file: path, table: read.value }
  const finished = asked.continue && !resumed && (await finishedBy(folder, identity, asked.force))
  if (finished) return tellFinished(context, folder, { record: finished, asked: failed })
  const flags = resumed ? asked : await settle(context, asked, read.value)
  const keeper = keepCheckpoints(context, folder, { paths: [path], flags, identity }, resumed)
  try {
    const trained = await trainAndExport(context, flags, read.value, keeper)
    await folder.write('model.onnx', trained.bytes)
    await folder.write(rowsBeside('model.onnx'), rowsFile(trained.bytes, rowsSeenIn(trained)))
    await folder.write('history.csv', historyCsv(trained.history))
    const accuracy = { validation: trained.accuracy }
    const measured = { accuracy, measuredOn: measuredOn(trained) }
    const seconds = { read: read.seconds, ...trained.seconds }
    const record = {
      ...trainingRecord('train', flags, read.value, trained),
      ...measured,
      seconds,
      train: withoutSecrets(path),
      ...(await inputsOfRun(folder.path, reports)),
      ...callsOfRun(context, resumed),
    }
    await folder.write('run.json', `${JSON.stringify(record, null, 2)}\n`)
    await keeper.finish(originOf(identity))
    kept.push(folder.file('model.onnx'), folder.file('history.csv'))
    const failure = failureOf(trained.outcome, failed)
    terminal.json({ folder: folder.path, model: folder.file('model.onnx'), ...record, ...(failure && { failure }) })
    for (const line of validationLines(trained)) terminal.sentence(line)
    terminal.result(folder.file('model.onnx'))
    if (failure) tellFailure(context, folder.path, failure)
    else await tellNext(context, flags, folder, path)
  } finally {
    await keeper.leave()
  }
}

/** What the model is for; never to be measured on the very rows that it has learnt. */
async function tellNext({ terminal }: Context, flags: TrainOptions, folder: RunFolder, path: string): Promise<void> {
  const model = folder.file('model.onnx')
  const beside = join(dirname(path), 'test.csv')
  const test = (await exists(beside)) ? beside : 'test.csv'
  const show = (...words: string[]) => terminal.line(`  ${terminal.colors.cyan(command(...words))}`)
  terminal.note('\nNext, predict rows without labels:')
  show('predict', model, test, '-o', 'submission.csv', ...wordsOf(csvPredictFlags, flags))
  terminal.note('or, where you have labelled rows it has not seen, measure it on them:')
  show('eval', model, 'LABELLED.csv')
}
