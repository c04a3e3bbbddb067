import { CodedError } from '../../../common/error.ts'
import { check, retryRules } from './options.ts'
import type { RetryOptions } from './types.ts'

/** Something failed that may work when it is tried again. `after` is how long to wait first, in milliseconds, if the server said so. */
export class TransientError extends CodedError<'FILES_TRANSIENT'> {
  static override readonly kind: string = 'TransientError'
  readonly after: number | undefined
  /** There was progress since the last try, so that the count of tries begins again. */
  readonly progressed: boolean

  constructor(
    reason: string,
    { after, progressed = false, cause }: { after?: number | undefined; progressed?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { code: 'FILES_TRANSIENT', params: { after }, cause })
    this.after = after
    this.progressed = progressed
  }
}

/**
 * Runs `work` again for as long as it throws a `TransientError`, after pauses that double with each try and are then drawn from their upper half, so
 * that many clients do not come back at once ("equal jitter"). Any other error comes through; so does the last `TransientError`.
 */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  check('withRetries', options, retryRules)
  return retried(work, options)
}

/** The same where the options have been looked at, perhaps with others. */
export async function retried<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { tries = 5, firstDelay = 1000, longestDelay = 120_000, signal, onRetry } = options
  for (let tried = 1; ; tried++) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (error.progressed) tried = 1
      if (tried >= tries || (error.after ?? 0) > longestDelay) throw error
      const doubled = Math.min(firstDelay * 2 ** (tried - 1), longestDelay)
      const delay = Math.round(error.after ?? doubled * (0.5 + Math.random() / 2))
      onRetry?.({ reason: error.message, tried, tries, delay })
      await pause(delay, signal)
    }
  }
}

/** Waits for some milliseconds; a signal ends it with its reason. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const end = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', end, { once: true })
  })
}

/**
 * Milliseconds that a response's `Retry-After` asks for, in seconds or as a date; undefined without one. A date is compared with the
 * server's own `Date`, as this computer's clock may be wrong (RFC 9110, 10.2.3).
 */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const until = Date.parse(value)
  if (Number.isNaN(until)) return undefined
  const now = Date.parse(headers.get('date') ?? '')
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now))
}
