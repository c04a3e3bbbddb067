import type { Checksum } from './checksum.ts'

/** Bytes at random places: what a zip is read from. A range request over HTTP fits as well as a file. */
export interface ByteSource {
  /** Bytes in all. */
  size: number
  /** The bytes `offset` to `offset + length - 1`; fewer are an error. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Lets go of what is open, when the zip is closed. */
  close?(): Promise<void>
}

/** What is needed of a `FileHandle` of `node:fs/promises`. */
export interface FileLike {
  /** Tells it from a source of one's own. */
  size?: undefined
  stat(): Promise<{ size: number }>
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

/** Where a zip is read from: a path, a `file:` URL, bytes, a blob, an open file (it stays open) or a source of one's own. */
export type ZipSource = string | URL | Uint8Array | Blob | FileLike | ByteSource

/** Limits against zips made to fill memory or a disk, and the name that errors use. */
export interface ZipOptions {
  /** Name of the zip in errors. Default: the path, else `zip`. */
  name?: string
  /** Most bytes that the entries which are opened may unpack to together, each counted once. Default 8 GiB. */
  maxTotal?: number
  /** Most bytes that one entry may unpack to. Default 8 GiB. */
  maxEntry?: number
  /** Most bytes unpacked from one packed byte, for entries of more than 16 MiB. Default 200. */
  maxRatio?: number
  /** Most entries. Default 2,000,000. */
  maxEntries?: number
}

/** One file or folder in a zip, as its central directory describes it. */
export interface ZipEntry {
  /** Path inside the zip with `/` between its parts; a folder's ends in `/`. Never absolute, never with `..` or `\`. */
  readonly name: string
  readonly directory: boolean
  /** Bytes unpacked. */
  readonly size: number
  /** Bytes in the zip. */
  readonly compressedSize: number
  /** CRC-32 of the unpacked bytes. */
  readonly crc32: number
  /** How it is packed: 0 stored, 8 deflate; others cannot be opened. */
  readonly method: number
  /** Needs a password, and so cannot be opened. */
  readonly encrypted: boolean
  readonly comment: string
  /** Where its header begins in the file. */
  readonly offset: number
}

/** An open zip. */
export interface Zip {
  /** Path or name, as in errors. */
  readonly name: string
  /** In the order of the central directory. */
  readonly entries: readonly ZipEntry[]
  readonly comment: string
  /** The entry of this name, or `undefined`. */
  entry(name: string): ZipEntry | undefined
  /**
   * An entry's bytes, unpacked as they are read, in chunks of at most 1 MiB. Throws a FileError at once for an entry that cannot be
   * read, and while reading for one that is damaged: a wrong size at once, a wrong CRC-32 after the last chunk.
   */
  open(entry: ZipEntry | string, options?: { signal?: AbortSignal }): AsyncIterable<Uint8Array>
  /** An entry's bytes, all at once, in memory of their own. */
  bytes(entry: ZipEntry | string, options?: { signal?: AbortSignal }): Promise<Uint8Array>
  /** Closes the file. An entry that is still being read fails. */
  close(): Promise<void>
}

/** What of a platform a zip needs; damage comes out as any error, more bytes than expected as a RangeError. */
export interface Codec {
  crc32(bytes: Uint8Array, before: number): number
  /** Inflates a raw deflate stream that must end with its input. */
  inflate(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /** The same at once, for small entries. */
  inflateAll?(packed: Uint8Array, size: number): Uint8Array
}

/** How a file is written. */
export interface WriteOptions {
  /** Exactly these permissions, whatever the umask: `0o600` for a secret. Default: those of the file it replaces, else the system's. */
  mode?: number
  /** Ends the writing; the path stays as it was and the signal's reason is thrown. */
  signal?: AbortSignal
}

/** How a folder is made. */
export interface FolderOptions {
  /** Permissions of each folder that is made, less the umask: `0o700` for secrets. Default: the system's. */
  mode?: number
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where a cached folder lies. */
export interface CachedOptions {
  /** The cache. Default `cacheFolder()`. */
  folder?: string
}

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes that are there, kept ones included. */
  bytes: number
  /** Bytes in all; undefined if the server does not say. */
  totalBytes: number | undefined
}

/** How a file is downloaded. */
export interface DownloadOptions extends RetryOptions {
  /** Name in errors, in place of the address, which may be a secret. Default: the last part of the path. */
  name?: string
  /** Default: the platform's. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Bytes that the file must have. Default: what the server says. */
  size?: number
  /** What its bytes must add up to, or how an answer's headers say it. Default: only the size is checked. */
  checksum?: Checksum | ((headers: Headers) => Checksum | undefined)
  /** Replace a file that is there. Default false: it is an error, before any request. */
  overwrite?: boolean
  /** Milliseconds without a byte, or slower than `minSpeed`, after which the connection counts as lost. Default 60,000. */
  stallTimeout?: number
  /** Fewest bytes a second over a `stallTimeout`; 0 for any. Default 16. */
  minSpeed?: number
  /**
   * A try counts as progress, after which `tries` are counted anew, if it brought so many bytes, or a hundredth of what was missing. Default 65,536.
   */
  minProgress?: number
  /** Most bytes of the file, unpacked if it comes packed on the way. Default 1 TiB. */
  maxBytes?: number
  /** Most bytes unpacked from one that came, for answers that are packed on the way, above 16 MiB. Default 200. */
  maxRatio?: number
  /** Most redirects of one request. Default 10. */
  maxRedirects?: number
  onProgress?: (progress: DownloadProgress) => void
  /**
   * What becomes of the whole and verified `PATH.part`, for who wants something else than `put`, which renames it. What it leaves of the part is
   * removed when it returns, or throws a FileError about the content; it is kept for another try after all other errors.
   */
  place?: (part: string, put: () => Promise<void>) => Promise<void>
}

/** How far unpacking has come. */
export interface ExtractProgress {
  /** The entry being unpacked. */
  entry: string
  /** Files that are in place. */
  files: number
  totalFiles: number
  /** Bytes unpacked. */
  bytes: number
  totalBytes: number
}

/** Which entries are unpacked, and over what. `maxTotal` counts only those that are. */
export interface ExtractOptions extends ZipOptions {
  /** Whether to unpack an entry, folders included. Default: all. */
  filter?: (entry: ZipEntry) => boolean
  /** Replace files that are there. Default false: one that is there is an error, before anything is written. */
  overwrite?: boolean
  /**
   * Takes each file by its name in the zip in place of the folder, where then nothing is written: such as the `write` of a claim of that folder, whose
   * commit puts all in place at once. Folders without files are left out.
   */
  write?: (name: string, data: AsyncIterable<Uint8Array>) => Promise<unknown>
  /** Stops; files in place stay, the one under way does not appear. */
  signal?: AbortSignal
  /** Called with each chunk and after each file. */
  onProgress?: (progress: ExtractProgress) => void
}

/** A try that failed and will be followed by another. */
export interface RetryNotice {
  /** What went wrong, in words. */
  reason: string
  /** Tries without progress so far. */
  tried: number
  /** Most of them. */
  tries: number
  /** Milliseconds until the next one. */
  delay: number
}

/** How often something is tried, and how long it waits in between. */
export interface RetryOptions {
  /** Most tries in a row without progress. Default 5. */
  tries?: number
  /** Milliseconds before the second try; each further pause is twice as long. Default 1000. */
  firstDelay?: number
  /** Longest pause in milliseconds: a server that asks for more ends the tries at once. Default 2 minutes. */
  longestDelay?: number
  /** Ends a pause at once, with its reason. */
  signal?: AbortSignal | undefined
  /** Called before each pause. */
  onRetry?: ((notice: RetryNotice) => void) | undefined
}

/** What a claim is for. */
export interface ClaimOptions {
  /** The one file of the folder that is claimed, with whatever else is written with it: others may write other files. Default: the whole folder. */
  part?: string
  /** What is going to be written or removed, so that what stands in the way is told before the work. */
  names?: readonly string[]
  /** Replaces and removes what no claim wrote, too. Default false. */
  force?: boolean
  /**
   * Whether a file is ours all the same, by its content: one of which nothing is written down (`foreign`), as of those that older versions wrote, or that was
   * changed since (`changed`). `path` is where it lies.
   */
  isOurs?: (path: string, state: 'foreign' | 'changed') => boolean | Promise<boolean>
  /** What writes, for whom the lock stops and for the manifest, such as a command line. */
  by?: string
  /** Ends `claim` and every `write` with its reason. */
  signal?: AbortSignal | undefined
}

/** What is written down of the files of a commit. */
export interface CommitOptions {
  /** What they were made from: inputs, model, options. Plain data. */
  from?: Origin
  /** Which of the files that were written or removed; the others wait for another commit. Default: all. */
  names?: readonly string[]
}

/** What was read to make a file: its name, bytes, and SHA-256 in hexadecimal. */
export interface Input {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** What a file was made from, as plain data: two files of equal origins need not be made twice. */
export interface Origin {
  readonly inputs?: readonly Input[]
  readonly model?: Input
  /** Whatever else decides the content, such as options and versions. */
  readonly options?: unknown
}

/** What is known of a file that was written. */
export interface FileRecord {
  readonly size: number
  /** As the disk had it when the file was written. */
  readonly mtimeMs: number
  /** In hexadecimal. */
  readonly sha256: string
  /** When it was swapped in, as ISO 8601 has it. */
  readonly written: string
  /** What wrote it, such as a command line. */
  readonly by?: string
  readonly from?: Origin
}

/** What is known of a folder's files, by name. */
export interface Manifest {
  readonly files: Readonly<Record<string, FileRecord>>
}

/** Of a file at a path: as it was written, changed since, not written by a claim, or not there. */
export type FileState = 'whole' | 'changed' | 'foreign' | 'absent'
