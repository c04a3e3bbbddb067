export type { Kaggle, User } from './client.ts'
export { connect } from './connect.ts'
export { findCredentials, tokenCredentials } from './credentials.ts'
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
  UnknownDatasetError,
  UnknownFileError,
  UnreachableError,
} from './errors.ts'
export { type Removed, removeToken, saveToken, tokenFile } from './token.ts'
export type {
  Competition,
  Credentials,
  CredentialsOptions,
  Download,
  DownloadOptions,
  Fetch,
  KaggleOptions,
  Place,
  Receipt,
  RemoteFile,
  RetryNotice,
  Submission,
  SubmissionLimits,
  SubmitOptions,
  TransferProgress,
  WaitOptions,
} from './types.ts'
