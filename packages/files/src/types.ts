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
