// The same as browser.ts, with files: paths are read, and tables and submissions written.

export { checkTable } from './check.ts'
export { classText } from './csv/classes.ts'
export { csvCell, csvText, spreadsheetText, submissionText, type WriteCsvOptions } from './csv/csv.ts'
export { isSampleName, type Sample, type Submission, type SubmissionPiece } from './csv/submission.ts'
export type { SubmissionOptions } from './csv/submission-options.ts'
export { DataError, type DataErrorCode, type DataErrorDetail, type DataErrorPlace } from './error.ts'
export type { DataErrorParams } from './error-params.ts'
export { readIdx, writeIdx } from './idx/idx.ts'
export { idxLabels } from './idx/idx-labels.ts'
export { type AugmentOptions, augment } from './prepare/augment.ts'
export { type Description, describe, formatDescription } from './prepare/describe.ts'
export { duplicates, type RepeatCounts, repeatCounts, rowHashes } from './prepare/duplicates.ts'
export { type Fold, type FoldOptions, kFold } from './prepare/folds.ts'
export { wilsonInterval } from './prepare/interval.ts'
export { findIssues, type IssueOptions, type Issues } from './prepare/issues.ts'
export { epochOrder } from './prepare/order.ts'
export {
  type Batch,
  type BatchOptions,
  batches,
  classCounts,
  classWeights,
  meanAndDeviation,
  oneHot,
} from './prepare/prepare.ts'
export { selectRows } from './prepare/select.ts'
export { type SplitOptions, split, splitByColumn } from './prepare/split.ts'
export { type Random, random, streams, threefry2x32 } from './random.ts'
export { formatShape, parseShape, pixelCount } from './shape.ts'
export { readRows, readSample, readSubmission, readSubmissionRows, readTable } from './source/disk.ts'
export type {
  ColumnHints,
  ColumnLayout,
  ColumnPlace,
  Decision,
  ImageShape,
  Part,
  PictureFile,
  PictureOptions,
  PixelTable,
  PixelValues,
  Preparation,
  ReadOptions,
  RowOptions,
  ShapeOption,
  SubmissionRows,
  TableSource,
} from './types.ts'
export { writeCsv, writeIdxFiles, writeSubmission } from './write.ts'
