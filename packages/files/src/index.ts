export { type FileData, isTemporary, writeFileAtomic } from './atomic.ts'
export { cacheFolder } from './cache.ts'
export { cached } from './cached.ts'
export type { Checksum } from './checksum.ts'
export { type Downloaded, type DownloadSource, download } from './download.ts'
export { FileError, type FileErrorCode, type FileErrorDetail } from './error.ts'
export { type Extracted, extractZip } from './extract.ts'
export { unsafe as unsafeName } from './names.ts'
export { type NetworkProblem, networkProblem } from './network.ts'
export { readZip } from './readzip.ts'
export { type Action, explained as fileErrorFrom } from './reason.ts'
export { pause, retryAfter, TransientError, withRetries } from './retry.ts'
export type {
  ByteSource,
  CachedOptions,
  DownloadOptions,
  DownloadProgress,
  Environment,
  ExtractOptions,
  ExtractProgress,
  FileLike,
  RetryNotice,
  RetryOptions,
  WriteOptions,
  Zip,
  ZipEntry,
  ZipOptions,
  ZipSource,
} from './types.ts'
