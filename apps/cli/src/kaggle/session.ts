import { connect, type Kaggle, KaggleError, type KaggleOptions, type RetryNotice } from '@pixelrow/kaggle'
import type { Context } from '../context.ts'
import { JobError, PendingError } from '../line/errors.ts'
import { command } from '../line/paste.ts'
import { duration } from '../terminal/table.ts'

/** Signs in to Kaggle, says by what, and does something there; what goes wrong comes out with the command that helps. */
export async function withKaggle<T>(context: Context, work: (kaggle: Kaggle) => Promise<T>): Promise<T> {
  return explaining(context, async () => work(await openKaggle(context)))
}

/** Signs in to Kaggle and says by what; nothing is asked of Kaggle yet. */
export async function openKaggle(context: Context): Promise<Kaggle> {
  const kaggle = await connect(tellingOptions(context))
  const { source, unused } = kaggle.credentials
  const others = unused.length ? ` (not by ${unused.join(' or ')}, which comes after it)` : ''
  context.terminal.note(`Signing in to Kaggle by ${source}${others}`)
  return kaggle
}

/** What any use of the client needs to speak here. */
export function tellingOptions({ terminal }: Context): KaggleOptions {
  return {
    onWarning: (warning) => terminal.note(warning),
    onRetry: (notice) => terminal.note(retryText(notice)),
  }
}

function retryText({ reason, tried, tries, delay }: RetryNotice): string {
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`.replace(/[.?!]*$/, '')
  return `${sentence}; trying again in ${duration(delay / 1000)} (${tried + 1} of ${tries})`
}

/** Gives Kaggle's errors the command that helps; all others come through. */
export async function explaining<T>({ signal }: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof KaggleError ? explained(error) : error
  }
}

function explained(error: KaggleError): Error {
  const { sentence, code, params } = error
  if (code === 'KAGGLE_NOT_SIGNED_IN' || code === 'KAGGLE_CREDENTIALS')
    return new JobError(sentence, command('login'), { code, params })
  if (code === 'KAGGLE_STILL_PENDING') return new PendingError(sentence, command('submissions'), { code, params })
  return error
}
