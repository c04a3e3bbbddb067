import { stat } from 'node:fs/promises'
import { readZip } from '@pixelrow/files'
import { isPictureName } from '../../../../common/pictures.ts'
import { UsageError } from '../line/errors.ts'
import { longOf } from '../line/flags/define.ts'
import { type ReadingOptions, readingFlags } from '../line/flags/reading.ts'
import { isUrl } from '../line/paste.ts'
import { isIdxName } from './idx.ts'

/** What a table is read from. */
export type Kind = 'csv' | 'idx' | 'npy' | 'npz' | 'parquet' | 'pictures' | 'zip'

/** What is read as a whole, and not row by row. */
export const isWhole = (kind: Kind): boolean => ['idx', 'npy', 'npz', 'parquet'].includes(kind)

/** What kind of table lies at a path, by its name and, for a zip, by the names inside it; `member` is a file in a zip. */
export async function kindOf(path: string, member?: string): Promise<Kind> {
  if (isIdxName(path)) return 'idx'
  if (isNpzName(path)) return 'npz'
  if (/\.npy$/i.test(path)) return 'npy'
  if (/\.parquet$/i.test(path)) return 'parquet'
  if (isUrl(path)) return 'csv'
  if ((await isFolder(path)) || isPictureName(path)) return 'pictures'
  if (!isZipName(path)) return 'csv'
  return member === undefined && (await namesInZip(path)).some(isPictureName) ? 'pictures' : 'zip'
}

export const isNpzName = (path: string): boolean => /\.npz$/i.test(path)

export const isZipName = (path: string): boolean => /\.zip$/i.test(path)

/** The paths of the files in a zip. */
export async function namesInZip(path: string): Promise<string[]> {
  const zip = await readZip(path)
  try {
    return zip.entries.filter(({ directory }) => !directory).map(({ name }) => name)
  } finally {
    await zip.close()
  }
}

/** Whether there is a folder; that there is nothing is told by its whole path: often the folder above is the wrong one. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
    return false
  }
}

const pictureFlags = ['resize', 'color', 'background'] as const
/** What is said of the files of pictures. */
const fileFlags = ['labelFrom', 'skipUnlabelled', 'skipBroken'] as const
const otherFlags = [...pictureFlags, 'labels', ...fileFlags] as const
const columnFlags = ['label', 'id', 'header', 'rows', 'splitColumn'] as const

/** What means nothing for a kind, and the words for it. */
const meaningless: Record<Kind, { words: string; flags: readonly (keyof ReadingOptions)[] }> = {
  csv: { words: 'is a CSV, which takes no', flags: [...otherFlags, 'part'] },
  zip: { words: 'holds a CSV, which takes no', flags: otherFlags },
  idx: {
    words: 'is IDX, which takes no',
    flags: [...columnFlags, 'drop', 'channels', ...pictureFlags, ...fileFlags, 'part'],
  },
  npy: { words: 'is an array, which takes no', flags: [...columnFlags, 'drop', ...pictureFlags, ...fileFlags, 'part'] },
  npz: {
    words: 'holds arrays, which take no',
    flags: ['id', 'header', 'rows', 'splitColumn', 'drop', ...pictureFlags, ...fileFlags],
  },
  parquet: { words: 'is Parquet, which takes no', flags: ['header', 'labels', ...fileFlags, 'part'] },
  pictures: {
    words: 'holds pictures, which take no',
    flags: [...columnFlags, 'transpose', 'channels', 'maxValue', 'dataType'],
  },
}

/** Refuses a flag that would be passed over. */
export function refuseMeaningless(path: string, kind: Kind, flags: ReadingOptions): void {
  const { words, flags: names } = meaningless[kind]
  // A table of labels has columns, which are named as those of other tables are.
  const isColumn = (one: string) =>
    kind === 'pictures' && flags.labels !== undefined && (one === 'label' || one === 'id')
  const isPart = (one: string) => one === 'part' && flags.splitColumn !== undefined
  const name = names.find((one) => flags[one] !== undefined && !isColumn(one) && !isPart(one))
  if (!name) return
  const flag = longOf(readingFlags[name])
  throw new UsageError(`${path} ${words} ${flag}`, `leave ${flag} away`, {
    code: 'CLI_FLAG_UNUSED',
    params: { flag, file: path },
  })
}
