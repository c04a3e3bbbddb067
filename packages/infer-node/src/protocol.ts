import type { Attempt, ClassifierErrorCode, ClassifierErrorParts, ModelDescription } from '@pixelrow/classifier'
import type { Device } from './device.ts'

/** Rows of one run: more are slower. */
export const RUN_ROWS = 256

/** Rows of one message where a stream brings so many: each message costs a worker and its host about as much as the rows of a third of a run. */
export const PIECE_ROWS = 4 * RUN_ROWS

/** What the worker says of a model that it has opened. */
export interface Described {
  model: ModelDescription
  device: Device
  attempts: Attempt[]
}

/** A result, or an error as plain data. */
export type Answer<T> = { value: T; refused?: undefined } | { refused: Refusal }

/** A `ClassifierError` as plain data; any other error has no code. */
export interface Refusal extends Omit<ClassifierErrorParts, 'code'> {
  message: string
  code: ClassifierErrorCode | undefined
  cause: string | undefined
}
