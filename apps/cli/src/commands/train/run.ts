import { dirname, join } from 'node:path'
import type { Context } from '../../context.ts'
import { inputsOf, openDestination, requireFolderApart, requireNoneWaiting } from '../../files/destination.ts'
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
import { settle } from '../../training/device.ts'
import { historyCsv } from '../../training/epochs.ts'
import { timed } from '../../training/fitting.ts'
import { failureOf, tellFailure } from '../../training/outcome.ts'
import { requireOneOfEach } from '../../training/plan.ts'
import { callsOfRun, inputsOfRun, type Reports, trainingRecord } from '../../training/record.ts'
import { trainAndExport } from '../../training/training.ts'
import type { TrainOptions } from './command.ts'

/** `pixelrow train TRAIN.csv`: trains on a CSV and leaves model.onnx, history.csv and run.json. */
export async function run(context: Context, options: TrainOptions, path: string): Promise<void> {
  await train(context, options, { path })
}

/** The same, or what is left of one that was interrupted. */
export async function train(
  context: Context,
  asked: TrainOptions,
  { path, resumed }: { path: string; resumed?: Resumed },
): Promise<void> {
  const { terminal, kept } = context
  if (!resumed) {
    requireOneOfEach(asked)
    await requireNoneWaiting(asked.out)
    await requireFolderApart(asked.out, await inputsOf(path))
  }
  const begin = resumed ? command('resume', resumed.folder.path) : command('train', path)
  context.isPiped = path === standardInput
  const place = tableAt(path, `${begin} < train.csv`)
  terminal.note(`Reading ${nameOf(place)}`)
  const reports: Reports = {}
  const read = await timed(() => readLabelled(context, place, asked, into(reports, 'train')))
  resumed?.requireSame(read.value, nameOf(place))
  const flags = resumed ? asked : await settle(context, asked, read.value)
  const folder = resumed?.folder ?? (await openDestination(context, flags))
  const job = { command: 'train', paths: [path], flags, table: read.value } as const
  const keeper = keepCheckpoints(context, folder, job, resumed)
  try {
    const trained = await trainAndExport(context, flags, read.value, keeper)
    await folder.write('model.onnx', trained.bytes)
    await folder.write(rowsBeside('model.onnx'), rowsFile(trained.bytes, rowsSeenIn(trained)))
    await folder.write('history.csv', historyCsv(trained.history))
    kept.push(folder.file('model.onnx'), folder.file('history.csv'))
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
    await keeper.finish()
    const failure = failureOf(trained.outcome, { words: ['train', path], flags: asked, file: path, table: read.value })
    terminal.json({ folder: folder.path, model: folder.file('model.onnx'), ...record, ...(failure && { failure }) })
    for (const line of validationLines(trained)) terminal.sentence(line)
    terminal.result(folder.file('model.onnx'))
    if (failure) tellFailure(context, folder.path, failure)
    else await tellNext(context, flags, folder, path)
  } finally {
    await keeper.leave()
    await folder.discardIfEmpty()
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
