import { CodedError } from '../../../common/error.ts'
import { oneLine, sentence } from './fields.ts'
import type { Submission } from './types.ts'

/** Where tokens are made. */
export const tokenPage = 'https://www.kaggle.com/settings/api'

/** What an error is about, for programs to go by; most have a class of their own, too. */
export type KaggleErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'KAGGLE_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'KAGGLE_OPTION_INVALID'
  /** An environment `variable` has a value that it cannot have: what was `expected`. */
  | 'KAGGLE_VARIABLE_INVALID'
  /** There are no credentials: the variables and files that were looked at, as `lookedIn`. */
  | 'KAGGLE_NOT_SIGNED_IN'
  /** Kaggle does not accept the credentials, or a `source` of them cannot be used. */
  | 'KAGGLE_CREDENTIALS'
  /** The rules of a `competition` are not accepted: the page as `rulesUrl`. */
  | 'KAGGLE_RULES_NOT_ACCEPTED'
  /** There is no such `competition`, or no access to it: similar names as `suggestions`. */
  | 'KAGGLE_COMPETITION_UNKNOWN'
  /** There is no such `dataset`, or no access to it. */
  | 'KAGGLE_DATASET_UNKNOWN'
  /** A `competition`, or the data set of that name, has no such `file`: those that it has as `files`. */
  | 'KAGGLE_FILE_UNKNOWN'
  /** Kaggle denies a call to somebody who has joined the `competition`. */
  | 'KAGGLE_FORBIDDEN'
  /** All submissions to a `competition` are used up: when there are new ones as `resetsAt`, in ISO 8601; without it there are none. */
  | 'KAGGLE_SUBMISSION_LIMIT'
  /** A `file` cannot be submitted, for a `reason`: `missing`, `no-file`, `empty`. */
  | 'KAGGLE_SUBMISSION_FILE'
  /** Kaggle does not take a submission to a `competition`: its `reason`. */
  | 'KAGGLE_SUBMISSION_REFUSED'
  /** A submission to a `competition` was sent, and no answer came: the page to look at as `url`. */
  | 'KAGGLE_SUBMISSION_UNCLEAR'
  /** Kaggle could not score a submission: its number as `ref`, the `file`, the `reason`. */
  | 'KAGGLE_SUBMISSION_FAILED'
  /** There is no score yet: the submission's number as `ref`, its page as `url`. */
  | 'KAGGLE_STILL_PENDING'
  /** Kaggle cannot be reached, or the connection was lost. */
  | 'KAGGLE_UNREACHABLE'
  /** A server goes on beyond what an `option` allows, which is its `limit`: an answer with its bytes, a list with its pages. */
  | 'KAGGLE_LIMIT'
  /** Any other answer that is no success: the HTTP `status`, Kaggle's `reason`. */
  | 'KAGGLE_SERVICE'

/** Every error of this package; no message ever holds a token or a signed address. */
export class KaggleError extends CodedError<KaggleErrorCode> {
  static override readonly kind: string = 'KaggleError'
}

/** There are no credentials: where they were looked for, and where to make some. */
export class NotSignedInError extends KaggleError {
  static override readonly kind: string = 'NotSignedInError'
  /** Variables and files, in Kaggle's order. */
  readonly lookedIn: string[]

  constructor(lookedIn: string[]) {
    const advice = `Create a token at ${tokenPage} and set KAGGLE_API_TOKEN, or save it as ~/.kaggle/access_token.`
    super(`No Kaggle credentials found. Looked in: ${lookedIn.join(', ')}.`, {
      code: 'KAGGLE_NOT_SIGNED_IN',
      params: { lookedIn },
      advice,
    })
    this.lookedIn = lookedIn
  }
}

/** Kaggle does not accept the credentials (401), or a source of them cannot be used. */
export class CredentialsError extends KaggleError {
  static override readonly kind: string = 'CredentialsError'
  /** The source that was used, such as `KAGGLE_API_TOKEN`. */
  readonly source: string

  constructor(message: string, source: string, { cause }: { cause?: unknown } = {}) {
    super(message, { code: 'KAGGLE_CREDENTIALS', params: { source }, cause })
    this.source = source
  }
}

/** The competition's rules are not accepted: which page to open. */
export class RulesNotAcceptedError extends KaggleError {
  static override readonly kind: string = 'RulesNotAcceptedError'
  readonly competition: string
  /** The page where a person accepts them. */
  readonly rulesUrl: string

  constructor(competition: string, rulesUrl: string) {
    super(`You have not joined ${competition}. Open ${rulesUrl}, accept the rules, and run this again.`, {
      code: 'KAGGLE_RULES_NOT_ACCEPTED',
      params: { competition, rulesUrl },
    })
    this.competition = competition
    this.rulesUrl = rulesUrl
  }
}

/** There is no such competition, or this user may not see it. */
export class UnknownCompetitionError extends KaggleError {
  static override readonly kind: string = 'UnknownCompetitionError'
  readonly competition: string
  /** Competitions of a similar name. */
  readonly suggestions: string[]

  constructor(competition: string, suggestions: string[]) {
    const guess = suggestions.length ? ` Did you mean ${suggestions.join(' or ')}?` : ''
    const advice = ' Its name is the last part of its address: www.kaggle.com/competitions/NAME.'
    super(`No competition ${JSON.stringify(competition)}, or no access to it.${guess || advice}`, {
      code: 'KAGGLE_COMPETITION_UNKNOWN',
      params: { competition, suggestions },
    })
    this.competition = competition
    this.suggestions = suggestions
  }
}

/** There is no such data set, or this user may not see it. */
export class UnknownDatasetError extends KaggleError {
  static override readonly kind: string = 'UnknownDatasetError'
  /** As `owner/name`. */
  readonly dataset: string

  constructor(dataset: string, reason: string) {
    const kaggle = reason ? ` (${reason})` : ''
    const advice = 'Its name is what follows www.kaggle.com/datasets/ in its address: OWNER/NAME.'
    super(`No data set ${JSON.stringify(dataset)}, or no access to it${kaggle}. ${advice}`, {
      code: 'KAGGLE_DATASET_UNKNOWN',
      params: { dataset },
    })
    this.dataset = dataset
  }
}

/** The competition or data set has no such file: which it has. */
export class UnknownFileError extends KaggleError {
  static override readonly kind: string = 'UnknownFileError'
  /** Its name, or a data set's as `owner/name`. */
  readonly competition: string
  readonly file: string
  /** Files that it has. */
  readonly files: string[]

  constructor(competition: string, file: string, files: string[]) {
    const some =
      files.slice(0, 10).map(oneLine).join(', ') + (files.length > 10 ? ` and ${files.length - 10} more` : '')
    super(`${competition} has no file ${JSON.stringify(file)}. It has: ${some || 'none'}.`, {
      code: 'KAGGLE_FILE_UNKNOWN',
      params: { competition, file, files },
    })
    this.competition = competition
    this.file = file
    this.files = files
  }
}

/** This user is signed in and has joined, and Kaggle denies the call all the same: a token without the scope, or an unverified phone. */
export class ForbiddenError extends KaggleError {
  static override readonly kind: string = 'ForbiddenError'

  constructor(message: string, competition: string) {
    super(message, { code: 'KAGGLE_FORBIDDEN', params: { competition } })
  }
}

/** All submissions of today, or of the whole competition, are used up. Nothing was uploaded. */
export class SubmissionLimitError extends KaggleError {
  static override readonly kind: string = 'SubmissionLimitError'
  readonly competition: string
  /** When the next submission may be sent; undefined if the competition's total is used up. */
  readonly resetsAt: Date | undefined

  constructor(message: string, competition: string, resetsAt: Date | undefined) {
    const params = { competition, resetsAt: resetsAt?.toISOString() }
    super(message, { code: 'KAGGLE_SUBMISSION_LIMIT', params })
    this.competition = competition
    this.resetsAt = resetsAt
  }
}

/** Kaggle does not take the submission: `reason` is its own sentence. */
export class SubmissionRefusedError extends KaggleError {
  static override readonly kind: string = 'SubmissionRefusedError'
  readonly competition: string
  readonly reason: string

  constructor(message: string, competition: string, reason: string) {
    super(message, { code: 'KAGGLE_SUBMISSION_REFUSED', params: { competition, reason } })
    this.competition = competition
    this.reason = reason
  }
}

/** The submission was sent, no answer came, and it is not in the list: it may yet appear, so it is not sent again. */
export class SubmissionUnclearError extends KaggleError {
  static override readonly kind: string = 'SubmissionUnclearError'
  readonly competition: string
  /** The page to look at. */
  readonly url: string

  constructor(message: string, competition: string, url: string, { cause }: { cause?: unknown } = {}) {
    super(message, { code: 'KAGGLE_SUBMISSION_UNCLEAR', params: { competition, url }, cause })
    this.competition = competition
    this.url = url
  }
}

/** Kaggle took the file and could not score it: its reason is in `submission.reason`. */
export class SubmissionFailedError extends KaggleError {
  static override readonly kind: string = 'SubmissionFailedError'
  readonly submission: Submission

  constructor(submission: Submission) {
    const reason = submission.reason.trim() || 'Kaggle gives no reason'
    const { ref, fileName } = submission
    super(`Kaggle could not score submission ${ref} (${fileName}): ${sentence(reason)}`, {
      code: 'KAGGLE_SUBMISSION_FAILED',
      params: { ref, file: fileName, reason },
    })
    this.submission = submission
  }
}

/** There is no score yet: the submission stays, and can be looked at again. */
export class StillPendingError extends KaggleError {
  static override readonly kind: string = 'StillPendingError'
  readonly submission: Submission

  constructor(submission: Submission, waited: string) {
    const { ref, url } = submission
    const message = `No score for submission ${ref} after ${waited}. It is still waiting at Kaggle: look again later, or open ${url}.`
    super(message, { code: 'KAGGLE_STILL_PENDING', params: { ref, url } })
    this.submission = submission
  }
}

/** Kaggle cannot be reached, or the connection was lost and stayed so. */
export class UnreachableError extends KaggleError {
  static override readonly kind: string = 'UnreachableError'

  constructor(message: string, { cause }: { cause?: unknown } = {}) {
    super(message, { code: 'KAGGLE_UNREACHABLE', cause })
  }
}

/** Any other answer that is no success, after as many tries as make sense. */
export class ServiceError extends KaggleError {
  static override readonly kind: string = 'ServiceError'
  /** HTTP status. */
  readonly status: number
  /** Kaggle's sentence; empty where it gave none. */
  readonly reason: string

  constructor(message: string, { status, reason }: { status: number; reason: string }) {
    super(message, { code: 'KAGGLE_SERVICE', params: { status, reason } })
    this.status = status
    this.reason = reason
  }
}
