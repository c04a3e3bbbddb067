import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { settle } from '@pixelrow/files'
import type { Download, DownloadOptions, Kaggle, TransferProgress } from '@pixelrow/kaggle'
import type { Context } from '../context.ts'
import { exists } from '../files/folder.ts'
import { JobError } from '../line/errors.ts'
import type { CompetitionOptions } from '../line/flags/kaggle.ts'
import type { DataOptions } from '../line/flags/reading.ts'
import { isZipName } from '../tables/kind.ts'

/** Which files, and where they go. */
export interface Wanted extends Pick<DownloadOptions, 'file' | 'overwrite'> {
  /** A competition, or a data set as `owner/name`. */
  name: string
  isDataset?: boolean
  folder: string
}

/** Downloads and unpacks the files of a competition or data set, showing how far it is; interrupted, it tells what has come and stays. */
export async function downloadTo(context: Context, kaggle: Kaggle, wanted: Wanted): Promise<Download> {
  const { terminal, signal, kept } = context
  const { name, isDataset = false, folder, file, overwrite = false } = wanted
  if (!overwrite) await requireFree(context, kaggle, wanted)
  terminal.note(`Downloading ${file ?? `the files of ${name}`} to ${folder}`)
  try {
    const onProgress = (progress: TransferProgress) => terminal.transient(transferLine(progress))
    const how = { folder, ...(file && { file }), overwrite, signal, onProgress }
    const done = await (isDataset ? kaggle.downloadDataset(name, how) : kaggle.download(name, how))
    terminal.transient()
    if (done.resumedFrom) terminal.note(`${megabytes(done.resumedFrom)} of it had come before`)
    return done
  } catch (error) {
    if (signal.aborted) kept.push(...(await partsIn(folder)))
    throw error
  }
}

/** The folder with a competition's files for `run`, which are downloaded if there are none. */
export async function competitionFolder(
  context: Context,
  open: () => Promise<Kaggle>,
  { data, competition }: DataOptions & CompetitionOptions,
): Promise<string> {
  const folder = data ?? competition
  // One that was killed while its files were swapped in is finished first.
  await settle(folder)
  const isThere = await exists(isZipName(folder) ? folder : join(folder, 'train.csv'))
  if (!isThere) await downloadTo(context, await open(), { name: competition, folder })
  return folder
}

/** `digit-recognizer.zip  12.3 of 16.0 MB  ━━━━────`; without the bar where Kaggle does not say how much there is. */
export function transferLine({ name, bytes, totalBytes }: TransferProgress): string {
  if (!totalBytes) return `${name}  ${megabytes(bytes)}`
  const length = 16
  const done = Math.floor((length * bytes) / totalBytes)
  const bar = `${'━'.repeat(done)}${'─'.repeat(length - done)}`
  return `${name}  ${megabytes(bytes)} of ${megabytes(totalBytes)}  ${bar}`
}

/** `12.3 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 99_950 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** What an interrupted download leaves to go on from. */
async function partsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const parts = names.filter((name) => name.endsWith('.part')).map((name) => join(folder, name))
  return parts.map((path) => `${path} (the same command goes on with it)`)
}

/** Refuses what is in the way before anything is downloaded, rather than after it. */
async function requireFree({ signal }: Context, kaggle: Kaggle, wanted: Wanted): Promise<void> {
  const { name: from, isDataset, folder, file } = wanted
  if (!(await exists(folder))) return
  await settle(folder)
  const list = () => (isDataset ? kaggle.datasetFiles(from, { signal }) : kaggle.files(from, { signal }))
  const names = file === undefined ? (await list()).map(({ name }) => name) : [file]
  for (const name of names) {
    if (await exists(join(folder, name))) throw inTheWay(`${join(folder, name)} is there already`)
  }
}

function inTheWay(message: string): JobError {
  return new JobError(message, 'add --overwrite to replace what is there, or choose another folder with -o', {
    code: 'CLI_OVERWRITE',
  })
}
