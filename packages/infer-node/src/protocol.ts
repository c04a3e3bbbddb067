import type { ClassifierErrorCode, ClassifierErrorParts, ModelDescription } from '@pixelrow/classifier'

/** What the worker says of a model that it has opened. */
export interface Described {
  model: ModelDescription
  /** Rows of one run. */
  batch: number
}

/** A result, or an error as plain data. */
export type Answer<T> = { value: T; refused?: undefined } | { refused: Refusal }

/** A `ClassifierError` as plain data; any other error has no code. */
export interface Refusal extends Omit<ClassifierErrorParts, 'code'> {
  message: string
  code: ClassifierErrorCode | undefined
  cause: string | undefined
}
