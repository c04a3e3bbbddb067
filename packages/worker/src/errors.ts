import { CodedError } from '../../../common/error.ts'

/** What went wrong, for code to tell apart. */
export type WorkerErrorCode =
  /** An option that there is not; `params.suggestion` is the one that was probably meant. */
  | 'WORKER_OPTION_UNKNOWN'
  /** An option of a wrong kind or out of its range; `params` has `option`, `expected` and `found`. */
  | 'WORKER_OPTION_INVALID'
  /** The thread or process that was called is gone; `params` has its `name`, and how it `ended` where that is known. */
  | 'WORKER_ENDED'
  /** The process is about to end, and no more native work begins. */
  | 'WORKER_ENDING'
  /** No process can be started here; `params` has the worker's `name` and the `reason`. */
  | 'WORKER_CANNOT_START'

/** A worker that cannot be started or is gone. `params` is what the message is made of, as plain data. */
export class WorkerError extends CodedError<WorkerErrorCode> {
  static override readonly kind: string = 'WorkerError'

  constructor(
    code: WorkerErrorCode,
    message: string,
    { params, cause }: { params?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, { code, params, cause })
  }
}
