import type { PixelTable } from '@pixelrow/data'

/** Fewer steps than this leave a small table's classifier unfinished, so its epochs are more. */
const LEAST_STEPS = 1500

/** Batch size and epochs for a table: `epochs` passes over a large one, at least 1,500 steps over a small one. */
export function sizeTraining({ rows }: PixelTable, epochs: number, batchSize = 128) {
  const size = Math.max(1, Math.min(batchSize, Math.floor(rows / 8)))
  const stepsPerEpoch = Math.max(1, Math.floor(rows / size))
  return { batchSize: size, epochs: Math.min(200, Math.max(epochs, Math.ceil(LEAST_STEPS / stepsPerEpoch))) }
}
