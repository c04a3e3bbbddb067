import type { Attempt, ModelDescription } from '@pixelrow/classifier'
import type { Device } from './device.ts'

/** What the worker says of a model that it has opened. */
export interface Described {
  model: ModelDescription
  device: Device
  attempts: Attempt[]
}

/** A result, or an error as plain data. */
export type Answer<T> =
  | { value: T; refused?: undefined }
  | {
      refused: {
        message: string
        attempts: readonly Attempt[]
        cause?: string | undefined
        offset?: number | undefined
      }
    }
