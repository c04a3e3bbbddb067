import type { Attempt } from './types.ts'

/** Errors that a server may want to tell apart: too many callers wait, the time is over, the classifier was closed. */
export type ClassifierErrorCode = 'busy' | 'deadline' | 'closed'

/**
 * A model that cannot be loaded or used, or pixels that do not fit it. The message says what was found, what was
 * expected and what to do; `cause` holds the runtime's own error where there is one.
 */
export class ClassifierError extends Error {
  /** The devices that were tried, where no device could run the model. */
  declare readonly attempts: readonly Attempt[]
  declare readonly code?: ClassifierErrorCode
  /** The byte of the model's file at which it is damaged, where that is known. */
  declare readonly offset?: number

  constructor(
    message: string,
    {
      attempts = [],
      code,
      offset,
      ...cause
    }: { cause?: unknown; attempts?: readonly Attempt[]; code?: ClassifierErrorCode; offset?: number } = {},
  ) {
    super(message, cause)
    this.name = 'ClassifierError'
    this.attempts = attempts
    if (code) this.code = code
    if (offset !== undefined) this.offset = offset
  }
}
