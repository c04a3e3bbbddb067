export type { Kaggle, KaggleOptions, User } from './client.ts'
export { connect } from './connect.ts'
export { type Credentials, type CredentialsOptions, findCredentials, tokenCredentials } from './credentials.ts'
export {
  CredentialsError,
  ForbiddenError,
  KaggleError,
  type KaggleErrorCode,
  NotSignedInError,
  RulesNotAcceptedError,
  ServiceError,
  StillPendingError,
  SubmissionFailedError,
  SubmissionLimitError,
  SubmissionRefusedError,
  SubmissionUnclearError,
  tokenPage,
  UnknownCompetitionError,
  UnknownFileError,
  UnreachableError,
} from './errors.ts'
export { type Removed, removeToken, saveToken, tokenFile } from './token.ts'
export type {
  Competition,
  CompetitionFile,
  Download,
  DownloadOptions,
  Fetch,
  Place,
  Receipt,
  RetryNotice,
  Submission,
  SubmissionLimits,
  SubmitOptions,
  TransferProgress,
  WaitOptions,
} from './types.ts'
