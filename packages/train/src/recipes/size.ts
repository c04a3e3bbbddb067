import type { PixelTable } from '@pixelrow/data'

/** How long a recipe trains. */
interface Length {
  /** Passes over a large table. */
  epochs: number
  /** Fewer steps than these leave a small table's classifier unfinished, so its epochs are more. */
  leastSteps: number
  /** Rows of a batch at least, where there are more rows than that. Default 1. */
  leastBatch?: number
}

/**
 * Batch size and epochs for a table: batches of 128, or an eighth of a table of fewer than 1,024 rows, as a multiple of 16 where it can
 * be (what the fast convolutions want); at most 200 epochs.
 */
export function sizeTraining({ rows }: PixelTable, { epochs, leastSteps, leastBatch = 1 }: Length) {
  const eighth = Math.max(rows > leastBatch ? leastBatch : 1, Math.floor(rows / 8))
  const batchSize = Math.min(128, eighth < 16 ? eighth : eighth - (eighth % 16))
  const stepsPerEpoch = Math.max(1, Math.floor(rows / batchSize))
  const isSmall = epochs * stepsPerEpoch < leastSteps
  return { batchSize, epochs: isSmall ? Math.min(200, Math.ceil(leastSteps / stepsPerEpoch)) : epochs }
}
