import { basename, relative } from 'node:path'
import type { Context } from '../../context.ts'
import { downloadTo, megabytes } from '../../kaggle/download.ts'
import { withKaggle } from '../../kaggle/session.ts'
import { UsageError } from '../../line/errors.ts'
import { competitionFlags } from '../../line/flags/kaggle.ts'
import { command } from '../../line/paste.ts'
import { many } from '../../terminal/table.ts'
import { visibleName } from '../../terminal/visible.ts'
import type { DownloadOptions } from './command.ts'

/** `pixelrow download`: the files of a competition or data set, unpacked. */
export async function run(context: Context, flags: DownloadOptions): Promise<void> {
  const { terminal } = context
  const { competition, dataset, out, only: file, overwrite } = flags
  if (dataset !== undefined && competition !== competitionFlags.competition.default)
    throw new UsageError('--dataset and --competition name two things to download', 'leave one away', {
      code: 'CLI_FLAG_CONFLICT',
      params: { options: ['--dataset', '--competition'] },
    })
  const folder = out ?? dataset?.split('/')[1] ?? competition
  const from = dataset === undefined ? { name: competition } : { name: dataset, isDataset: true }
  const wanted = { ...from, folder, ...(file && { file }), ...(overwrite && { overwrite }) }
  const { files, bytes, resumedFrom } = await withKaggle(context, (kaggle) => downloadTo(context, kaggle, wanted))
  const paths = files.map((path) => relative(process.cwd(), path))
  terminal.json({
    ...(dataset === undefined ? { competition } : { dataset }),
    folder,
    files: paths,
    bytes,
    resumedFrom,
  })
  for (const path of paths.slice(0, shown)) terminal.result(visibleName(path))
  if (paths.length > shown) terminal.result(`… and ${many(paths.length - shown, 'other file')}`)
  terminal.note(`${many(paths.length, 'file')} from ${megabytes(bytes)}`)
  const next = file === undefined ? trainingOn(paths, folder) : undefined
  if (next === undefined) return
  terminal.note('\nNext, train on them:')
  terminal.line(`  ${terminal.colors.cyan(next)}`)
}

/** The command that trains on what has come; undefined where that is not plain to see. */
function trainingOn(paths: readonly string[], folder: string): string | undefined {
  const names = paths.map((path) => basename(path))
  if (['train.csv', 'test.csv'].every((name) => names.includes(name))) return command('run', '--data', folder)
  const tables = paths.filter((path) => /train[^/\\]*\.csv(\.gz)?$/i.test(basename(path)))
  return tables.length === 1 ? command('train', tables[0]!) : undefined
}

const shown = 20
