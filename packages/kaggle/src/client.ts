import type {
  Competition,
  Credentials,
  Download,
  DownloadOptions,
  Place,
  Receipt,
  RemoteFile,
  Submission,
  SubmissionLimits,
  SubmitOptions,
  WaitOptions,
} from './types.ts'

/** Whom the credentials belong to. */
export interface User {
  /** Empty if Kaggle does not say. */
  username: string
}

interface CallOptions {
  signal?: AbortSignal
}

/**
 * Kaggle, signed in. Every method takes a competition by its slug or by its address. All throw `CredentialsError` for rejected credentials,
 * `UnknownCompetitionError`, `UnreachableError`, `ServiceError`; what each throws besides stands with it.
 */
export interface Kaggle {
  /** What is signed in with. */
  readonly credentials: Credentials
  readonly baseUrl: string
  /** Asks Kaggle whose the credentials are, and so whether they are accepted. */
  whoAmI(options?: CallOptions): Promise<User>
  /** Looks a competition up: whether it is there, whether its rules are accepted, what it takes. */
  competition(slug: string, options?: CallOptions): Promise<Competition>
  /** Its files. Works before the rules are accepted; a download does not. */
  files(slug: string, options?: CallOptions): Promise<RemoteFile[]>
  /**
   * Downloads all files, or one. An interrupted download continues where it was, sizes and checksums are verified, zips unpacked
   * safely; each file appears whole or not at all. Throws also `RulesNotAcceptedError`, `UnknownFileError`, `FileError` of @pixelrow/files
   * (a full disk, a file that is there already, a damaged zip).
   */
  download(slug: string, options?: DownloadOptions): Promise<Download>
  /**
   * The files of a data set, named as `owner/name`, as `owner/name/versions/3`, or by its address. Throws `UnknownDatasetError`.
   */
  datasetFiles(name: string, options?: CallOptions): Promise<RemoteFile[]>
  /** Downloads all files of a data set, or one, as `download` does those of a competition. Throws also `UnknownDatasetError`. */
  downloadDataset(name: string, options?: DownloadOptions): Promise<Download>
  /** What the team may still submit. Throws also `RulesNotAcceptedError`. */
  limits(slug: string, options?: CallOptions): Promise<SubmissionLimits>
  /**
   * Submits a file, once: after a lost answer it looks for the submission in the list rather than send it again. Limits are asked
   * before the upload. Throws also `RulesNotAcceptedError`, `ForbiddenError`, `SubmissionLimitError`, `SubmissionRefusedError`,
   * `SubmissionUnclearError`, and `FileError` for a file that cannot be read.
   */
  submit(slug: string, file: string, options?: SubmitOptions): Promise<Receipt>
  /** The team's submissions, newest first. `limit` is the most it returns, default 20. Throws also `RulesNotAcceptedError`. */
  submissions(slug: string, options?: CallOptions & { limit?: number }): Promise<Submission[]>
  /** One submission by its number. */
  submission(ref: number, options?: CallOptions): Promise<Submission>
  /**
   * Waits until a submission is scored and returns it. Throws also `SubmissionFailedError` (Kaggle could not score it) and
   * `StillPendingError` (the time is over).
   */
  waitForScore(ref: number, options?: WaitOptions): Promise<Submission>
  /** A team's place on the public leaderboard, by its best score; undefined if it is not there (yet). */
  place(slug: string, teamName: string, options?: CallOptions): Promise<Place | undefined>
}
