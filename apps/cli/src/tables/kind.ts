import { stat } from 'node:fs/promises'
import { readZip } from '@pixelrow/files'
import { isPictureName } from '../../../../common/pictures.ts'
import { UsageError } from '../line/errors.ts'
import type { ReadingOptions } from '../line/flags/reading.ts'
import { isUrl } from '../line/paste.ts'
import { flagOf } from '../line/sentences.ts'
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
const columnFlags = ['label', 'id', 'header'] as const

/** What means nothing for a kind, and the words for it. */
const meaningless: Record<Kind, { words: string; flags: readonly (keyof ReadingOptions)[] }> = {
  csv: { words: 'is a CSV, which takes no', flags: [...pictureFlags, 'part'] },
  zip: { words: 'holds a CSV, which takes no', flags: pictureFlags },
  idx: { words: 'is IDX, which takes no', flags: [...columnFlags, 'drop', 'channels', ...pictureFlags, 'part'] },
  npy: { words: 'is an array, which takes no', flags: [...columnFlags, 'drop', ...pictureFlags, 'part'] },
  npz: { words: 'holds arrays, which take no', flags: ['id', 'header', 'drop', ...pictureFlags] },
  parquet: { words: 'is Parquet, which takes no', flags: ['header', 'part'] },
  pictures: {
    words: 'holds pictures, which take no',
    flags: [...columnFlags, 'transpose', 'channels', 'maxValue', 'dataType'],
  },
}

/** Refuses a flag that would be passed over. */
export function refuseMeaningless(path: string, kind: Kind, flags: ReadingOptions): void {
  const { words, flags: names } = meaningless[kind]
  const name = names.find((one) => flags[one] !== undefined)
  if (!name) return
  const flag = flagOf(name)
  throw new UsageError(`${path} ${words} ${flag}`, `leave ${flag} away`, {
    code: 'CLI_FLAG_UNUSED',
    params: { flag, file: path },
  })
}
