// The same as browser.ts, with files: paths are read, and tables and submissions written.

export { type AugmentOptions, augment } from './augment.ts'
export { csvText, type SubmissionRows, submissionText, type WriteCsvOptions } from './csv.ts'
export { type Description, describe, formatDescription } from './describe.ts'
export { readRows, readSubmission, readTable } from './disk.ts'
export { DataError, type DataErrorDetail } from './error.ts'
export { readIdx, writeIdx } from './idx.ts'
export { epochOrder } from './order.ts'
export {
  type Batch,
  type BatchOptions,
  batches,
  classCounts,
  classWeights,
  duplicates,
  type FoldOptions,
  kFold,
  meanAndDeviation,
  oneHot,
} from './prepare.ts'
export { type Random, random, streams, threefry2x32 } from './random.ts'
export { selectRows } from './select.ts'
export { formatShape, parseShape, pixelCount } from './shape.ts'
export { type SplitOptions, split } from './split.ts'
export type { Submission } from './submission.ts'
export type {
  ImageShape,
  PictureFile,
  PictureOptions,
  PixelTable,
  Preparation,
  ReadOptions,
  RowOptions,
  ShapeOption,
  TableSource,
} from './types.ts'
export { writeCsv, writeIdxFiles, writeSubmission } from './write.ts'
