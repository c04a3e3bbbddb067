export { type FileData, temporaryIn, writeFileAtomic } from './atomic.ts'
export { cacheFolder } from './cache.ts'
export { cached } from './cached.ts'
export type { Checksum } from './checksum.ts'
export { type Downloaded, type DownloadSource, download } from './download.ts'
export { FileError, type FileErrorCode, type FileErrorDetail } from './error.ts'
export { type Extracted, extractZip } from './extract.ts'
export { unsafe as unsafeName } from './names.ts'
export { type NetworkProblem, networkProblem } from './network.ts'
export { claim, claimFile, settle } from './owned/claim.ts'
export type { Written } from './owned/draft.ts'
export { sweepTemporaries } from './owned/enter.ts'
export { inputOf, isCurrent, readManifest, recordOf, stateOf } from './owned/manifest.ts'
export type { FileOutput, Output } from './owned/output.ts'
export { withTemporaryFolder } from './owned/scratch.ts'
export { makeFolder } from './owned/store.ts'
export { partsOf } from './part.ts'
export { readZip } from './readzip.ts'
export { type Action, explained as fileErrorFrom } from './reason.ts'
export { pause, retryAfter, TransientError, withRetries } from './retry.ts'
export type {
  ByteSource,
  CachedOptions,
  ClaimOptions,
  CommitOptions,
  DownloadOptions,
  DownloadProgress,
  Environment,
  ExtractOptions,
  ExtractProgress,
  FileLike,
  FileRecord,
  FileState,
  FolderOptions,
  Input,
  Manifest,
  Origin,
  RetryNotice,
  RetryOptions,
  WriteOptions,
  Zip,
  ZipEntry,
  ZipOptions,
  ZipSource,
} from './types.ts'
