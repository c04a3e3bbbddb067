import { keepCheckpoints, type Resumed } from './checkpoint.ts'
import { historyCsv } from './epochs.ts'
import { evalFlags, type Flags, wordsOf } from './flags.ts'
import { createRunFolder } from './folder.ts'
import type { Context } from './main.ts'
import { command } from './paste.ts'
import { readLabelled } from './reading.ts'
import { trainingRecord } from './record.ts'
import { many } from './table.ts'
import { timed, trainAndExport } from './training.ts'

/** `pixelrow train TRAIN.csv`: trains on a CSV and leaves model.onnx, history.csv and run.json. */
export async function train(context: Context, flags: Flags, path: string, resumed?: Resumed): Promise<void> {
  const { terminal, kept } = context
  terminal.note(`Reading ${path}`)
  const read = await timed(() => readLabelled(context, path, flags))
  resumed?.requireSame(read.value, path)
  const folder = resumed?.folder ?? (await createRunFolder(flags.out, flags.recipe))
  const job = { command: 'train', paths: [path], flags, table: read.value } as const
  const keeper = keepCheckpoints(context, folder, job, resumed)
  try {
    const trained = await trainAndExport(context, flags, read.value, keeper)
    await folder.write('model.onnx', trained.bytes)
    await folder.write('history.csv', historyCsv(trained.history))
    kept.push(folder.file('model.onnx'), folder.file('history.csv'))
    const accuracy = { validation: trained.accuracy }
    const seconds = { read: read.seconds, ...trained.seconds }
    const record = { ...trainingRecord('train', flags, read.value, trained), accuracy, seconds, train: path }
    await folder.write('run.json', `${JSON.stringify(record, null, 2)}\n`)
    await keeper.finish()
    terminal.json({ folder: folder.path, model: folder.file('model.onnx'), ...record })
    if (trained.accuracy !== undefined) {
      terminal.result(`${trained.accuracy.toFixed(4)} on ${many(trained.validationRows, 'row')} kept for validation`)
    }
    terminal.result(folder.file('model.onnx'))
    terminal.note('\nNext, see what the model takes for what:')
    terminal.line(
      `  ${terminal.colors.cyan(command('eval', folder.file('model.onnx'), path, ...wordsOf(flags, evalFlags)))}`,
    )
  } finally {
    await keeper.leave()
    await folder.discardIfEmpty()
  }
}
