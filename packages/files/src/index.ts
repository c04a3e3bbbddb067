export { type FileData, isTemporary, type WriteOptions, writeFileAtomic } from './atomic.ts'
export { cacheFolder, type Environment } from './cache.ts'
export { type CachedOptions, cached } from './cached.ts'
export type { Checksum } from './checksum.ts'
export {
  type Downloaded,
  type DownloadOptions,
  type DownloadProgress,
  type DownloadSource,
  download,
} from './download.ts'
export { FileError, type FileErrorCode, type FileErrorDetail } from './error.ts'
export { type Extracted, type ExtractOptions, type ExtractProgress, extractZip } from './extract.ts'
export { unsafe as unsafeName } from './names.ts'
export { type NetworkProblem, networkProblem } from './network.ts'
export { readZip } from './readzip.ts'
export { type Action, explained as fileErrorFrom } from './reason.ts'
export { pause, type RetryNotice, type RetryOptions, retryAfter, TransientError, withRetries } from './retry.ts'
export type { ByteSource, FileLike, Zip, ZipEntry, ZipOptions, ZipSource } from './types.ts'
