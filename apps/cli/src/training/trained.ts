import type { PixelTable } from '@pixelrow/data'
import type { DeviceMove, FitResult, Plan } from '@pixelrow/train'
import type { Sample } from '../measuring/accuracy.ts'
import type { HistoryRow } from './epochs.ts'
import type { Check } from './export.ts'
import type { JobOutcome } from './outcome.ts'

/** A trained, exported and checked classifier, with how it came to be. */
export interface Trained {
  plan: Plan
  bytes: Uint8Array
  history: HistoryRow[]
  /** What came of each training, and of all together. */
  outcome: JobOutcome
  /** Of the validation rows at the end; not there where none were kept. */
  accuracy?: number
  /** The rows kept to validate on, where there were any. */
  validated?: Sample
  /** The accuracy is that of an earlier model, on so many rows: the exported one was trained again, on all of them. */
  trainedBefore?: number
  /** What the exported model was trained on, and what it was only validated on. */
  trainedOn: PixelTable
  validatedOn?: PixelTable | undefined
  /** Steps of the last training. */
  steps: number
  /** Of an ensemble. */
  members?: number
  engine: string
  device: string
  precision: FitResult['precision']
  /** The devices that were lost on the way. */
  moves: DeviceMove[]
  threads: number
  /** The library that computed, where the engine had a choice. */
  runtime?: FitResult['runtime']
  /** How the engine laid out the convolutions' images. */
  layouts?: FitResult['layouts']
  check: Check
  /** Seconds of each part. */
  seconds: { fit: number; fitAll?: number; export: number }
}
