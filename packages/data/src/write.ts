import { writeFileAtomic } from '@pixelrow/files'
import { text } from '../../../common/options.ts'
import { areFloats } from '../../../common/values.ts'
import { checkTable } from './check.ts'
import { csvText, submissionText, type WriteCsvOptions } from './csv/csv.ts'
import { writeIdx } from './idx/idx.ts'
import { idxLabels } from './idx/idx-labels.ts'
import { check, checkValue } from './options.ts'
import type { PixelTable, SubmissionRows } from './types.ts'

/** Writes a table as CSV: identifiers (`id`) and labels first where there are any, then the pixels. The file appears whole or not at all. */
export async function writeCsv(path: string, table: PixelTable, options: WriteCsvOptions = {}): Promise<void> {
  await writeFileAtomic(path, csvText(table, options))
}

/** Writes a submission for Kaggle: `ImageId,Label` and a line for each row. The file appears whole or not at all. */
export async function writeSubmission(path: string, rows: SubmissionRows): Promise<void> {
  await writeFileAtomic(path, submissionText(rows))
}

/**
 * Writes a table's pixels, and its labels (`idxLabels`) where `labels` gives their path, as IDX files, each whole or not at all. Throws a DataError for
 * a table that is none, and for labels that IDX cannot hold.
 */
export async function writeIdxFiles(path: string, table: PixelTable, options: { labels?: string } = {}): Promise<void> {
  check('writeIdxFiles', options, { labels: text })
  checkTable(table, 'writeIdxFiles: the table')
  const { pixels } = table
  if (areFloats(pixels))
    return checkValue('writeIdxFiles', 'pixels', 'floats', () => 'bytes, as IDX holds; write floats as CSV')
  const bytes = options.labels === undefined ? undefined : idxLabels(table)
  const { height, width, channels } = table.shape
  const dims = channels === 1 ? [table.rows, height, width] : [table.rows, height, width, channels]
  if (channels > 1 && table.shape.channelOrder === 'planar') dims.splice(1, 3, channels, height, width)
  await writeFileAtomic(path, writeIdx(dims, pixels))
  if (bytes) await writeFileAtomic(options.labels!, writeIdx([table.rows], bytes))
}
