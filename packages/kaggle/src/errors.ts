import { oneLine, sentence } from './fields.ts'
import type { Submission } from './types.ts'

/** Where tokens are made. */
export const tokenPage = 'https://www.kaggle.com/settings/api'

/** What an error is about, for programs to go by; errors that were made before codes have none. */
export type KaggleErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'KAGGLE_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'KAGGLE_OPTION_INVALID'

/** What an error says as data, and what caused it. */
interface ErrorData {
  code?: KaggleErrorCode
  params?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/** Every error of this package; no message ever holds a token or a signed address. */
export class KaggleError extends Error {
  override readonly name: string = 'KaggleError'
  readonly code?: KaggleErrorCode
  /** The code's parameters, plain data. */
  readonly params?: Readonly<Record<string, unknown>>

  constructor(message: string, { code, params = {}, ...options }: ErrorData = {}) {
    super(message, options)
    if (code !== undefined) Object.assign(this, { code, params })
  }
}

/** There are no credentials: where they were looked for, and where to make some. */
export class NotSignedInError extends KaggleError {
  override readonly name = 'NotSignedInError'
  /** Variables and files, in Kaggle's order. */
  readonly lookedIn: string[]

  constructor(lookedIn: string[]) {
    const advice = `Create a token at ${tokenPage} and set KAGGLE_API_TOKEN, or save it as ~/.kaggle/access_token.`
    super(`No Kaggle credentials found. Looked in: ${lookedIn.join(', ')}. ${advice}`)
    this.lookedIn = lookedIn
  }
}

/** Kaggle does not accept the credentials (401), or a source of them cannot be used. */
export class CredentialsError extends KaggleError {
  override readonly name = 'CredentialsError'
  /** The source that was used, such as `KAGGLE_API_TOKEN`. */
  readonly source: string

  constructor(message: string, source: string, options?: { cause?: unknown }) {
    super(message, options)
    this.source = source
  }
}

/** The competition's rules are not accepted: which page to open. */
export class RulesNotAcceptedError extends KaggleError {
  override readonly name = 'RulesNotAcceptedError'
  readonly competition: string
  /** The page where a person accepts them. */
  readonly rulesUrl: string

  constructor(competition: string, rulesUrl: string) {
    super(`You have not joined ${competition}. Open ${rulesUrl}, accept the rules, and run this again.`)
    this.competition = competition
    this.rulesUrl = rulesUrl
  }
}

/** There is no such competition, or this user may not see it. */
export class UnknownCompetitionError extends KaggleError {
  override readonly name = 'UnknownCompetitionError'
  readonly competition: string
  /** Competitions of a similar name. */
  readonly suggestions: string[]

  constructor(competition: string, suggestions: string[]) {
    const guess = suggestions.length ? ` Did you mean ${suggestions.join(' or ')}?` : ''
    const advice = ' Its name is the last part of its address: www.kaggle.com/competitions/NAME.'
    super(`No competition ${JSON.stringify(competition)}, or no access to it.${guess || advice}`)
    this.competition = competition
    this.suggestions = suggestions
  }
}

/** The competition has no such file: which it has. */
export class UnknownFileError extends KaggleError {
  override readonly name = 'UnknownFileError'
  readonly competition: string
  readonly file: string
  /** Files that the competition has. */
  readonly files: string[]

  constructor(competition: string, file: string, files: string[]) {
    const some =
      files.slice(0, 10).map(oneLine).join(', ') + (files.length > 10 ? ` and ${files.length - 10} more` : '')
    super(`${competition} has no file ${JSON.stringify(file)}. It has: ${some || 'none'}.`)
    this.competition = competition
    this.file = file
    this.files = files
  }
}

/** This user is signed in and has joined, and Kaggle denies the call all the same: a token without the scope, or an unverified phone. */
export class ForbiddenError extends KaggleError {
  override readonly name = 'ForbiddenError'
}

/** All submissions of today, or of the whole competition, are used up. Nothing was uploaded. */
export class SubmissionLimitError extends KaggleError {
  override readonly name = 'SubmissionLimitError'
  readonly competition: string
  /** When the next submission may be sent; undefined if the competition's total is used up. */
  readonly resetsAt: Date | undefined

  constructor(message: string, competition: string, resetsAt: Date | undefined) {
    super(message)
    this.competition = competition
    this.resetsAt = resetsAt
  }
}

/** Kaggle does not take the submission: `reason` is its own sentence. */
export class SubmissionRefusedError extends KaggleError {
  override readonly name = 'SubmissionRefusedError'
  readonly competition: string
  readonly reason: string

  constructor(message: string, competition: string, reason: string) {
    super(message)
    this.competition = competition
    this.reason = reason
  }
}

/** The submission was sent, no answer came, and it is not in the list: it may yet appear, so it is not sent again. */
export class SubmissionUnclearError extends KaggleError {
  override readonly name = 'SubmissionUnclearError'
  readonly competition: string
  /** The page to look at. */
  readonly url: string

  constructor(message: string, competition: string, url: string, options?: { cause?: unknown }) {
    super(message, options)
    this.competition = competition
    this.url = url
  }
}

/** Kaggle took the file and could not score it: its reason is in `submission.reason`. */
export class SubmissionFailedError extends KaggleError {
  override readonly name = 'SubmissionFailedError'
  readonly submission: Submission

  constructor(submission: Submission) {
    const reason = submission.reason.trim() || 'Kaggle gives no reason'
    super(`Kaggle could not score submission ${submission.ref} (${submission.fileName}): ${sentence(reason)}`)
    this.submission = submission
  }
}

/** There is no score yet: the submission stays, and can be looked at again. */
export class StillPendingError extends KaggleError {
  override readonly name = 'StillPendingError'
  readonly submission: Submission

  constructor(submission: Submission, waited: string) {
    const { ref, url } = submission
    super(
      `No score for submission ${ref} after ${waited}. It is still waiting at Kaggle: look again later, or open ${url}.`,
    )
    this.submission = submission
  }
}

/** Kaggle cannot be reached, or the connection was lost and stayed so. */
export class UnreachableError extends KaggleError {
  override readonly name = 'UnreachableError'
}

/** Any other answer that is no success, after as many tries as make sense. */
export class ServiceError extends KaggleError {
  override readonly name = 'ServiceError'
  /** HTTP status. */
  readonly status: number
  /** Kaggle's sentence; empty where it gave none. */
  readonly reason: string

  constructor(message: string, { status, reason }: { status: number; reason: string }) {
    super(message)
    this.status = status
    this.reason = reason
  }
}
