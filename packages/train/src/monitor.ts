import type { Settings } from './options.ts'
import type { EpochRecord } from './types.ts'

/** What is watched from epoch to epoch, and what follows from it. */
export interface Monitor {
  /** The watched value of an epoch. */
  value(record: EpochRecord): number
  /** Whether `value` beats `best` by more than the least difference that counts. */
  isBetter(value: number, best: number | undefined): boolean
  /** Whether training should end: `patience` epochs have passed since the best one. */
  isExhausted(epoch: number, bestEpoch: number): boolean
}

/** Watches validation loss (falling) or accuracy (rising); undefined when neither `patience` nor `keepBest` asks for it. */
export function createMonitor({ monitor, patience, keepBest, minDelta }: Settings): Monitor | undefined {
  if (patience === undefined && !keepBest) return undefined
  const sign = monitor === 'accuracy' ? 1 : -1
  return {
    value: (record) => record[monitor]!,
    isBetter: (value, best) => best === undefined || sign * (value - best) > minDelta,
    isExhausted: (epoch, bestEpoch) => patience !== undefined && epoch - bestEpoch >= patience,
  }
}
