import type { Environment } from '@pixelrow/files'

/** `fetch` as it is used here: an address as text, and the standard's options. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A competition, as Kaggle lists it. */
export interface Competition {
  /** Its name in addresses, such as `digit-recognizer`. */
  slug: string
  title: string
  /** Its page. */
  url: string
  /** Where its rules are accepted, which no program can do. */
  rulesUrl: string
  /** Whether this user has joined it, which is to have accepted its rules. */
  joined: boolean
  /** How submissions are scored, such as `Categorization Accuracy`. */
  metric: string
  deadline?: Date
  /** Teams on the leaderboard. */
  teams: number
  /** Most submissions a day, if Kaggle says so. */
  maxDailySubmissions?: number
  /** It takes notebooks only: no file can be submitted. */
  notebooksOnly: boolean
  /** It takes no more submissions. */
  submissionsDisabled: boolean
}

/** A file of a competition or of a data set. */
export interface RemoteFile {
  /** Path inside it, its parts separated by `/`. */
  name: string
  bytes: number
  created?: Date
}

/** How many submissions a team may still send. */
export interface SubmissionLimits {
  /** Submissions since 00:00 UTC. */
  usedToday: number
  usedInAll: number
  /** How many may be sent now; undefined if Kaggle does not say. */
  left: number | undefined
  /** The competition's total is used up, so that tomorrow brings no more. */
  limitedByTotal: boolean
  /** Next 00:00 UTC, by Kaggle's clock and not this computer's. */
  resetsAt: Date
  /** From now on until then, in milliseconds. */
  resetsIn: number
}

/** One submission. */
export interface Submission {
  ref: number
  status: 'pending' | 'complete' | 'error'
  /** Kaggle's own digits, such as `0.98000`; empty until it is complete, and where the competition hides scores. */
  publicScore: string
  privateScore: string
  /** Why it was not scored, in Kaggle's words; empty otherwise. */
  reason: string
  description: string
  fileName: string
  bytes: number
  date?: Date
  submittedBy: string
  teamName: string
  /** Its page. */
  url: string
}

/** What Kaggle answered to a submission. */
export interface Receipt {
  /** Number of the submission. */
  ref: number
  /** Kaggle's sentence, such as `Successfully submitted to Digit Recognizer`; empty if the answer was lost. */
  message: string
  /** The team's submissions, where this one stands too. */
  url: string
  /** The answer was lost, and the submission was found in the list: it arrived once. */
  recovered: boolean
}

/** A team's place on the public leaderboard. */
export interface Place {
  /** 1 is the best. */
  rank: number
  /** Teams on the leaderboard. */
  teams: number
  teamName: string
  /** The team's best public score, in Kaggle's own digits. */
  score: string
}

/** How far a transfer has come. */
export interface TransferProgress {
  /** What is transferred: a file's name. */
  name: string
  /** Bytes that are there, those of an earlier run included. */
  bytes: number
  /** Bytes in all; undefined if the server does not say. */
  totalBytes: number | undefined
}

/** A request that is made again. */
export interface RetryNotice {
  /** What went wrong, in words: `Kaggle answered 429 (too many requests)`. */
  reason: string
  /** Tries so far. */
  tried: number
  /** Most tries. */
  tries: number
  /** Milliseconds until the next one. */
  delay: number
}

/** What a download takes. */
export interface DownloadOptions {
  /** Where files go; it is made if it is missing. Default: the current folder. */
  folder?: string
  /** One file by its name in the competition or data set. Default: all files, which come as one zip. */
  file?: string
  /** Unpack the zip of all files; false keeps it, as `<name>.zip`. Default true. */
  extract?: boolean
  /** Replace files that are there. Default false: one that is there is an error. */
  overwrite?: boolean
  /** Most bytes of the download. Default 1 TiB. */
  maxBytes?: number
  /** Ends it; what has come stays in a `.part` file, from which a repetition continues. */
  signal?: AbortSignal
  onProgress?: (progress: TransferProgress) => void
}

/** What was downloaded. */
export interface Download {
  /** Paths of the files, all whole. */
  files: string[]
  /** Bytes of the download. */
  bytes: number
  /** Bytes that an earlier, interrupted run had left and that were not downloaded again. */
  resumedFrom: number
}

/** What a submission takes. */
export interface SubmitOptions {
  /** Description of the submission, as it stands in the list. Default: empty. */
  message?: string
  /** Ends it while that is without harm: once the submission has been sent, its answer is awaited. */
  signal?: AbortSignal
  onProgress?: (progress: TransferProgress) => void
}

/** How long to wait for a score, and who hears of it. */
export interface WaitOptions {
  /** Longest wait in milliseconds. Default 10 minutes. */
  timeout?: number
  /** First pause between two looks in milliseconds; each is half as long again, up to six times this. Default 5 seconds. */
  interval?: number
  /** Called after each look. */
  onLook?: (submission: Submission) => void
  signal?: AbortSignal
}

/** Trades a refresh token of a browser login for an access token, at Kaggle. */
export type Exchange = (refreshToken: string) => Promise<{ token: string; expiresIn: number }>

/** How Kaggle is signed in to. The secret itself is behind a function, so that printing or storing this shows none of it. */
export interface Credentials {
  /** A token is sent as `bearer`, a user name with an old-style key as `basic`. */
  scheme: 'bearer' | 'basic'
  /** Where it was found: a variable such as `KAGGLE_API_TOKEN`, or a file such as `~/.kaggle/access_token`. */
  source: string
  /** Known with a key only; `whoAmI` asks for a token's. */
  username?: string
  /** Sources that were found too and are not used, in Kaggle's order. */
  unused: string[]
  /** Sentences about what should not be so: a file that others can read, a source that cannot be used. */
  warnings: string[]
  /** The value of the `Authorization` header; `renew` for another one where the last was rejected, as far as there can be one. */
  authorization: (exchange: Exchange, renew?: boolean) => Promise<string>
}

/** Where credentials are looked for. */
export interface CredentialsOptions {
  /** Default `process.env`. */
  env?: Environment
  /** The folder that holds `.kaggle`. Default: the user's home. */
  home?: string
}

/** Who signs in, where, and how patiently. */
export interface KaggleOptions {
  /** Default: what `findCredentials` finds. */
  credentials?: Credentials
  /** Default: `$KAGGLE_API_ENDPOINT`, else `https://api.kaggle.com/v1`. */
  baseUrl?: string
  /** Default: Node's, through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name. */
  fetch?: Fetch
  /** Variables for credentials, base URL and proxies. Default `process.env`. */
  env?: Environment
  /** Where `.kaggle` is looked for. Default: the user's home. */
  home?: string
  /** Most tries of one request. Default 5. */
  tries?: number
  /** Milliseconds before the second try; each further pause is twice as long. Default 1000. */
  firstDelay?: number
  /** The longest pause that a server may ask for, in milliseconds; beyond it the call fails and says when to come back. Default 2 minutes. */
  longestDelay?: number
  /** Milliseconds without a byte after which a connection counts as lost. Default 60,000. */
  stallTimeout?: number
  /** Most bytes of one answer (not of a file), unpacked; the pages of a list may have 128 times as many together. Default 2 MiB. */
  maxAnswer?: number
  /** Most pages of a list, of which each has 20 to 200 entries. Default 10,000. */
  maxPages?: number
  /** Called with a sentence about something that works but should not be so: a token that others can read, say. */
  onWarning?: (warning: string) => void
  /** Called before each pause. */
  onRetry?: (notice: RetryNotice) => void
}
