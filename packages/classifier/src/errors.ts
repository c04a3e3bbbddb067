import type { Attempt } from './types.ts'

/** Errors that a server may want to tell apart: too many callers wait, the time is over, the classifier was closed. */
export type ClassifierErrorCode = 'busy' | 'deadline' | 'closed'

/**
 * A model that cannot be loaded or used, or pixels that do not fit it. The message says what was found, what was
 * expected and what to do; `cause` holds the runtime's own error where there is one.
 */
export class ClassifierError extends Error {
  /** The devices that were tried, where no device could run the model. */
  readonly attempts: readonly Attempt[]
  readonly code?: ClassifierErrorCode
  /** The byte of the model's file at which it is damaged, where that is known. */
  readonly offset?: number

  constructor(
    message: string,
    options: { cause?: unknown; attempts?: readonly Attempt[]; code?: ClassifierErrorCode; offset?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'ClassifierError'
    this.attempts = options.attempts ?? []
    if (options.code) this.code = options.code
    if (options.offset !== undefined) this.offset = options.offset
  }
}
