import { relative } from 'node:path'
import type { Context } from '../../context.ts'
import { downloadTo, megabytes } from '../../kaggle/download.ts'
import { withKaggle } from '../../kaggle/session.ts'
import { command } from '../../line/paste.ts'
import { many } from '../../terminal/table.ts'
import { visibleName } from '../../terminal/visible.ts'
import type { DownloadOptions } from './command.ts'

/** `pixelrow download`: a competition's files, unpacked. */
export async function run(context: Context, flags: DownloadOptions): Promise<void> {
  const { terminal } = context
  const { competition, out: folder = competition, only: file, overwrite } = flags
  const wanted = { competition, folder, ...(file && { file }), ...(overwrite && { overwrite }) }
  const { files, bytes, resumedFrom } = await withKaggle(context, (kaggle) => downloadTo(context, kaggle, wanted))
  const paths = files.map((path) => relative(process.cwd(), path))
  terminal.json({ competition, folder, files: paths, bytes, resumedFrom })
  for (const path of paths.slice(0, shown)) terminal.result(visibleName(path))
  if (paths.length > shown) terminal.result(`… and ${many(paths.length - shown, 'other file')}`)
  terminal.note(`${many(paths.length, 'file')} from ${megabytes(bytes)}`)
  if (!paths.some((path) => path.endsWith('train.csv')) || file) return
  terminal.note('\nNext, train on them:')
  terminal.line(`  ${terminal.colors.cyan(command('run', '--data', folder))}`)
}

const shown = 20
