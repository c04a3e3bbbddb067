import { batchesOf, tableOf } from '../csv/read.ts'
import { type Submission, submissionOf } from '../csv/submission.ts'
import { check, submissionRules } from '../options.ts'
import type { PixelTable, ReadOptions, RowOptions, TableSource } from '../types.ts'
import { checked } from './checked.ts'
import { inflateInPage } from './gunzip.ts'
import { openSource } from './source.ts'

/**
 * Reads a table of pixel rows from a CSV or IDX file (plain or gzip): an `http(s):` URL, bytes, a blob or a stream; in Node also a path or `file:` URL.
 * Header, label column, shape and maximum pixel value are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  await checked('readTable', options)
  return tableOf(openInPage, source, options)
}

/**
 * Reads a CSV file as tables of `batch` rows (256; the last may be shorter), in memory that does not grow with the file: the source
 * waits while a batch is in use. `maxValue` is 255 unless given; labels are whole numbers 0..65535 unless `classes` are given.
 */
export async function* readRows(
  source: TableSource,
  rowOptions: RowOptions = {},
): AsyncGenerator<PixelTable, void, undefined> {
  await checked('readRows', rowOptions)
  const { batch, ...options } = rowOptions
  yield* batchesOf(openInPage, source, batch, options)
}

/** Reads a submission or a competition's sample of one: two columns, whose names, ids and labels it gives. Throws a DataError for anything else. */
export async function readSubmission(
  source: TableSource,
  options: Pick<ReadOptions, 'name' | 'signal'> = {},
): Promise<Submission> {
  check('readSubmission', options, submissionRules())
  return submissionOf(await openInPage(source, options))
}

const openInPage = (source: TableSource, options: ReadOptions) => openSource(source, options, inflateInPage)
