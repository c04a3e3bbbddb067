import { writeFileAtomic } from '@pixelrow/files'
import { csvText, type SubmissionRows, submissionText, type WriteCsvOptions } from './csv/csv.ts'
import { writeIdx } from './idx/idx.ts'
import type { PixelTable } from './types.ts'

/** Writes a table as CSV: identifiers (`id`) and labels first where there are any, then the pixels. The file appears whole or not at all. */
export async function writeCsv(path: string, table: PixelTable, options: WriteCsvOptions = {}): Promise<void> {
  await writeFileAtomic(path, csvText(table, options))
}

/** Writes a submission for Kaggle: `ImageId,Label` and a line for each row. The file appears whole or not at all. */
export async function writeSubmission(path: string, rows: SubmissionRows): Promise<void> {
  await writeFileAtomic(path, submissionText(rows))
}

/** Writes a table's pixels, and its labels where `labels` gives their path, as IDX files, each whole or not at all. */
export async function writeIdxFiles(
  path: string,
  table: PixelTable,
  { labels }: { labels?: string } = {},
): Promise<void> {
  const { height, width, channels } = table.shape
  const dims = channels === 1 ? [table.rows, height, width] : [table.rows, height, width, channels]
  if (channels > 1 && table.shape.channelOrder === 'planar') dims.splice(1, 3, channels, height, width)
  await writeFileAtomic(path, writeIdx(dims, table.pixels))
  if (labels === undefined) return
  if (!table.labels) throw new RangeError('labels: the table has none to write.')
  const above = table.labels.findIndex((label) => label > 255)
  if (above >= 0) throw new RangeError(`row ${above}: IDX labels are 0..255, found ${table.labels[above]}.`)
  await writeFileAtomic(labels, writeIdx([table.rows], Uint8Array.from(table.labels)))
}
