import { openInNode } from './file.ts'
import { batchesOf, tableOf } from './read.ts'
import { type Submission, submissionOf } from './submission.ts'
import type { PixelTable, ReadOptions, RowOptions, TableSource } from './types.ts'

/**
 * Reads a table of pixel rows from a CSV or IDX file (plain or gzip): a path, a `file:` or `http(s):` URL, bytes, a blob or a stream.
 * Header, label column, shape and the value of white are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  return tableOf(openInNode, source, options)
}

/**
 * Reads a CSV file as tables of `batch` rows (256; the last may be shorter), in memory that does not grow with the file: the source
 * waits while a batch is in use. `maxValue` is 255 unless given; labels are whole numbers 0..65535 unless `classes` are given.
 */
export async function* readRows(
  source: TableSource,
  { batch, ...options }: RowOptions = {},
): AsyncGenerator<PixelTable, void, undefined> {
  yield* batchesOf(openInNode, source, batch, options)
}

/** Reads a submission or a competition's sample of one: two columns, whose names, ids and labels it gives. Throws a DataError for anything else. */
export async function readSubmission(
  source: TableSource,
  options: Pick<ReadOptions, 'name' | 'signal'> = {},
): Promise<Submission> {
  return submissionOf(await openInNode(source, options))
}
