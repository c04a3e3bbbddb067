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
import { inflateInPage } from './gunzip.ts'
import { openSource } from './source.ts'

/**
 * Reads a table of pixel rows from a CSV, IDX or `.npy` file (plain or gzip): an `http(s):` URL, bytes, a blob or a stream; in Node also a path or `file:` URL.
 * Header, label column, shape and maximum pixel value are found out unless given. Throws a DataError for anything that is not exactly right.
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<PixelTable> {
  await checked('readTable', options)
  return tableOf({ open: openInPage }, source, options)
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

/** Reads a submission: two columns, whose names, ids and labels it gives. Throws a DataError for anything else. */
export async function readSubmission(source: TableSource, options: SubmissionOptions = {}): Promise<Submission> {
  checkReading('readSubmission', options)
  return submissionOf(await openInPage(source, options))
}

/** The same, piece by piece, in memory that does not grow with the file. */
export async function* readSubmissionRows(
  source: TableSource,
  options: SubmissionOptions = {},
): AsyncGenerator<SubmissionPiece, void, undefined> {
  checkReading('readSubmissionRows', options)
  yield* submissionPieces(await openInPage(source, options))
}

/** Reads a competition's sample of a submission, of a column for the label or one for each class: its header, its ids, and what the second column holds. */
export async function readSample(source: TableSource, options: SubmissionOptions = {}): Promise<Sample> {
  checkReading('readSample', options)
  return sampleOf(await openInPage(source, options))
}

const openInPage = (source: TableSource, options: ReadOptions) => openSource(source, options, inflateInPage)
