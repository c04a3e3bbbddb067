import { batchesOf, tableOf } from '../csv/read.ts'
import {
  type Sample,
  type Submission,
  type SubmissionPiece,
  sampleOf,
  submissionOf,
  submissionPieces,
} from '../csv/submission.ts'
import { checkReading, type SubmissionOptions } from '../csv/submission-options.ts'
import type { PixelTable, ReadOptions, RowOptions, TableSource } from '../types.ts'
import { checked } from './checked.ts'
import { containerOf } from './container.ts'
import { openInNode, parquet } from './file.ts'
import type { ByteSource } from './source.ts'

/**
 * Reads a table of pixel rows from a CSV, IDX or `.npy` file (plain or gzip) or an `.npz`, or from Parquet (read by the optional package hyparquet): a path, a `file:` or `http(s):` URL, bytes, a blob or a stream; or
 * from a folder of pictures, one folder a class (decoded by the optional package sharp), a zip of either, or one picture at a path that ends as pictures do.
 * Header, label column, shape and maximum pixel value are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  await checked('readTable', options)
  const container = await containerOf(source, options)
  // Both apart, as a reader of CSV needs neither.
  if (container?.folder !== undefined) return (await import('./tree.ts')).tableOfFolder(container, options)
  if (container) return (await import('./archive.ts')).tableOfZip(container.zip, { ...options, name: container.name })
  return tableOf({ open: openInNode, parquet }, source, options)
}

/**
 * Reads a CSV file, also one in a zip, as tables of `batch` rows (256; the last may be shorter), in memory that does not grow with the file: the source
 * waits while a batch is in use. `maxValue` is 255 unless given; labels are whole numbers 0..65535 unless `classes` are given. Also reads
 * a folder or zip of pictures, of which `shape` (or `size` and `color`) must say what they become.
 */
export async function* readRows(
  source: TableSource,
  rowOptions: RowOptions = {},
): AsyncGenerator<PixelTable, void, undefined> {
  await checked('readRows', rowOptions)
  const { batch, ...options } = rowOptions
  const container = await containerOf(source, options)
  const rows = { ...options, ...(batch !== undefined && { batch }), ...(container && { name: container.name }) }
  if (container?.folder !== undefined) yield* (await import('./tree.ts')).batchesOfFolder(container, rows)
  else if (container) yield* (await import('./archive.ts')).batchesOfZip(container.zip, rows)
  else yield* batchesOf(openInNode, source, batch, options)
}

/** Reads a submission, also one in a zip: two columns, whose names, ids and labels it gives. Throws a DataError for anything else. */
export async function readSubmission(source: TableSource, options: SubmissionOptions = {}): Promise<Submission> {
  checkReading('readSubmission', options)
  return submissionOf(await openCsv(source, options))
}

/** The same, piece by piece, in memory that does not grow with the file. */
export async function* readSubmissionRows(
  source: TableSource,
  options: SubmissionOptions = {},
): AsyncGenerator<SubmissionPiece, void, undefined> {
  checkReading('readSubmissionRows', options)
  yield* submissionPieces(await openCsv(source, options))
}

/** Reads a competition's sample of a submission, of a column for the label or one for each class: its header, its ids, and what the second column holds. */
export async function readSample(source: TableSource, options: SubmissionOptions = {}): Promise<Sample> {
  checkReading('readSample', options)
  return sampleOf(await openCsv(source, options))
}

/** A file, or the CSV in a zip. */
async function openCsv(source: TableSource, options: SubmissionOptions): Promise<ByteSource> {
  const container = await containerOf(source, options)
  if (!container?.zip) return openInNode(source, options)
  return (await import('./archive.ts')).openMember(container.zip, { ...options, name: container.name })
}
