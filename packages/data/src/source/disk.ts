import { batchesOf, notCsv, tableOf } from '../csv/read.ts'
import { type Submission, submissionOf } from '../csv/submission.ts'
import { check, submissionRules } from '../options.ts'
import type { PixelTable, ReadOptions, RowOptions, TableSource } from '../types.ts'
import { checked } from './checked.ts'
import { containerOf } from './container.ts'
import { openInNode } from './file.ts'

/**
 * Reads a table of pixel rows from a CSV or IDX file (plain or gzip): a path, a `file:` or `http(s):` URL, bytes, a blob or a stream; or
 * from a folder of pictures, one folder a class (decoded by the optional package sharp), or a zip of either.
 * Header, label column, shape and maximum pixel value are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  await checked('readTable', options)
  const container = await containerOf(source, options)
  // Both apart, as a reader of CSV needs neither.
  if (container?.folder !== undefined) return (await import('./tree.ts')).tableOfFolder(container.folder, options)
  if (container) return (await import('./archive.ts')).tableOfZip(container.zip, { ...options, name: container.name })
  return tableOf(openInNode, source, options)
}

/**
 * Reads a CSV file, also one in a zip, as tables of `batch` rows (256; the last may be shorter), in memory that does not grow with the file: the source
 * waits while a batch is in use. `maxValue` is 255 unless given; labels are whole numbers 0..65535 unless `classes` are given.
 */
export async function* readRows(
  source: TableSource,
  rowOptions: RowOptions = {},
): AsyncGenerator<PixelTable, void, undefined> {
  await checked('readRows', rowOptions)
  const { batch, ...options } = rowOptions
  const container = await containerOf(source, options)
  if (container?.folder !== undefined) notCsv(container.name, 'a folder')
  if (!container) return yield* batchesOf(openInNode, source, batch, options)
  const { openMember } = await import('./archive.ts')
  const named = { ...options, name: container.name }
  yield* batchesOf(() => openMember(container.zip, named), source, batch, named, 'zip')
}

/** Reads a submission or a competition's sample of one: two columns, whose names, ids and labels it gives. Throws a DataError for anything else. */
export async function readSubmission(
  source: TableSource,
  options: Pick<ReadOptions, 'name' | 'signal'> = {},
): Promise<Submission> {
  check('readSubmission', options, submissionRules())
  return submissionOf(await openInNode(source, options))
}
