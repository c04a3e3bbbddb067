import { CodedError } from '../../../common/error.ts'
import { short } from '../../../common/short.ts'

/** What an error of this package is about, for programs to go by. `params` has the `file`, `entry` and `offset` besides, where they are known. */
export type FileErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'FILES_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'FILES_OPTION_INVALID'
  /** What is to be read as a zip is nothing of the kind: `expected`, `found`. */
  | 'FILES_SOURCE_INVALID'
  /** The operating system does not let a file be `action` (read, written, created, removed): its `reason`, such as `ENOENT`. */
  | 'FILES_SYSTEM'
  /** A file or a folder is there already, and was to stay: its `path`. */
  | 'FILES_EXISTS'
  /** A folder, a file or a link lies where something else is to be written: its `path`. */
  | 'FILES_IN_THE_WAY'
  /** A file that is to be replaced is read-only. */
  | 'FILES_READ_ONLY'
  /** A file became shorter while it was read: `expected` and `found` bytes. */
  | 'FILES_CHANGED'
  /** A zip is read, or an output written, that was closed. */
  | 'FILES_CLOSED'
  /** The file is no zip: what it is instead as `found`. */
  | 'FILES_ZIP_NONE'
  /** A zip is cut, damaged, or says two things of itself. */
  | 'FILES_ZIP_DAMAGED'
  /** The file is a part of a zip that was split. */
  | 'FILES_ZIP_SPLIT'
  /** A zip could do harm: a name outside the folder, a link, a device. */
  | 'FILES_ZIP_UNSAFE'
  /** Readers differ on a zip: a name that is there twice, or as a file and a folder. */
  | 'FILES_ZIP_AMBIGUOUS'
  /** More than a limit allows: the `option` that sets it, the `limit`, and where it is known how much was `found`. */
  | 'FILES_LIMIT'
  /** There is no entry of that name in a zip: the first few `names` of those that are. */
  | 'FILES_ENTRY_MISSING'
  /** An entry is a folder, encrypted, or packed with another `method` than are read here. */
  | 'FILES_ENTRY_UNSUPPORTED'
  /** A name that this system cannot have. */
  | 'FILES_NAME_IMPOSSIBLE'
  /** An entry does not fit into memory at once: `bytes`. */
  | 'FILES_MEMORY'
  /** A server does not give a file: its `status`. */
  | 'FILES_DOWNLOAD_REFUSED'
  /** A file did not come, after all tries: the `reason`, and the bytes that are `kept`. */
  | 'FILES_DOWNLOAD_FAILED'
  /** A download came whole and is not what it should be: of another size or checksum. */
  | 'FILES_DOWNLOAD_WRONG'
  /** Another process writes there: its `host`, `pid`, `since` when, what it does (`by`), and the `command` that frees the place. */
  | 'FILES_LOCKED'
  /** A claim was taken over, as no sign of life had come from this process for a minute, or it was removed: nothing more is written. */
  | 'FILES_CLAIM_LOST'
  /** Files stand in the way that no claim wrote, or that were changed since: their `names`, and the `state` of the first, foreign or changed. */
  | 'FILES_FOREIGN'
  /** Files could neither all be swapped in nor all be put back; the next claim of the folder does it. */
  | 'FILES_SWAP_UNFINISHED'
  /** A key of the cache has letters that none may have: `key`. */
  | 'FILES_KEY_INVALID'
  /** What failed may work when it is tried again: milliseconds to wait first as `after`. */
  | 'FILES_TRANSIENT'

/** Which file is wrong, where in it, and what to do about it. */
export interface FileErrorDetail {
  code: FileErrorCode
  /** What the code's sentence is made of. */
  params?: Readonly<Record<string, unknown>>
  /** Path or name of the file. */
  file?: string
  /** Name of the entry, for an error about one entry of a zip. */
  entry?: string
  /** Byte offset in the file. */
  offset?: number
  /** What is wrong, in words. */
  problem: string
  /** The file is there already, and was to stay. */
  exists?: true
  /** A sentence that says what to do. */
  advice?: string
}

/** The one error of this package: `data.zip, entry "train.csv": its CRC-32 is …, expected …. The file is damaged: download it again.` */
export class FileError extends CodedError<FileErrorCode> {
  static override readonly kind: string = 'FileError'
  declare readonly file?: string
  declare readonly entry?: string
  declare readonly offset?: number
  /** What is wrong, in words, without the place. */
  readonly problem: string
  /** Set where the file is there already, and was to stay. */
  declare readonly exists?: true

  constructor(detail: FileErrorDetail, { cause }: { cause?: unknown } = {}) {
    const { code, params, file, entry, offset, problem, advice, exists } = detail
    const place = Object.fromEntries(Object.entries({ file, entry, offset }).filter(([, value]) => value !== undefined))
    super(sentence(detail), { code, params: { ...place, ...params }, advice, cause })
    this.problem = problem
    Object.assign(this, place, exists && { exists })
  }
}

function sentence({ file, entry, offset, problem }: FileErrorDetail): string {
  const place = [file && short(file, 150), entry === undefined ? '' : `entry ${quoted(entry)}`]
    .filter(Boolean)
    .join(', ')
  const at = offset === undefined ? '' : ` (at byte ${offset})`
  const what = `${problem}${at}`
  return `${place ? `${place}: ` : ''}${what}${/[.?!]$/.test(what) ? '' : '.'}`
}

/** An entry's name as sentences have it. */
export const quoted = (name: string): string => JSON.stringify(short(name, 60))

/** What to do about a file that came over a network and is not whole. */
export const downloadAgain = 'Download it again.'

/** An error about a zip that is cut, damaged or says two things of itself. */
export const damagedZip = (detail: Omit<FileErrorDetail, 'code'>, options: { cause?: unknown } = {}): FileError =>
  new FileError({ ...detail, code: 'FILES_ZIP_DAMAGED' }, options)
