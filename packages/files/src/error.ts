/** What an error of this package is about, for programs to go by; errors that were made before codes have none. */
export type FileErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'FILES_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'FILES_OPTION_INVALID'
  /** What is to be read as a zip is nothing of the kind: `expected`, `found`. */
  | 'FILES_SOURCE_INVALID'

/** Which file is wrong, where in it, and what to do about it. */
export interface FileErrorDetail {
  code?: FileErrorCode
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
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code?: FileErrorCode
  /** The code's parameters, plain data. */
  readonly params?: Readonly<Record<string, unknown>>
  readonly file?: string
  readonly entry?: string
  readonly offset?: number
  /** What is wrong, in words, without the place. */
  readonly problem: string
  /** A sentence that says what to do. */
  readonly advice?: string
  /** Set where the file is there already, and was to stay. */
  readonly exists?: true

  constructor(detail: FileErrorDetail, options?: { cause?: unknown }) {
    super(sentence(detail), options)
    const { code, params = {}, file, entry, offset, problem, advice, exists } = detail
    this.problem = problem
    if (code !== undefined) Object.assign(this, { code, params })
    if (file !== undefined) this.file = file
    if (entry !== undefined) this.entry = entry
    if (offset !== undefined) this.offset = offset
    if (advice !== undefined) this.advice = advice
    if (exists) this.exists = exists
  }
}

function sentence({ file, entry, offset, problem, advice }: FileErrorDetail): string {
  const place = [file, entry === undefined ? '' : `entry ${JSON.stringify(entry)}`].filter(Boolean).join(', ')
  const at = offset === undefined ? '' : ` (at byte ${offset})`
  const what = `${problem}${at}`
  const text = `${place ? `${place}: ` : ''}${what}${/[.?!]$/.test(what) ? '' : '.'}`
  return advice ? `${text} ${advice}` : text
}

/** What to do about a file that came over a network and is not whole. */
export const downloadAgain = 'Download it again.'
