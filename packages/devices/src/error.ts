/** What an error is about, for programs to go by; errors that were made before codes have none. */
export type SetupErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'DEVICES_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'DEVICES_OPTION_INVALID'

/** What an error says besides its problem. */
interface ErrorData {
  code?: SetupErrorCode
  params?: Readonly<Record<string, unknown>>
  advice?: string
  file?: string
  cause?: unknown
}

/** A device or an engine cannot be set up as asked. The message says what was found and what was expected, and ends in `advice`. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  /** What to do about it. */
  readonly advice?: string
  /** Where the whole output of the tool that failed is. */
  readonly file?: string

  readonly code?: SetupErrorCode
  /** The code's parameters, plain data. */
  readonly params?: Readonly<Record<string, unknown>>

  constructor(problem: string, { code, params = {}, advice, file, cause }: ErrorData = {}) {
    // A problem that ends in what a tool has printed ends its line, and a question ends itself.
    const isEnded = /[\n?]$/.test(problem)
    const sentence = isEnded ? problem : `${problem}.${advice ? ' ' : ''}`
    super(`${sentence}${advice ?? ''}`, cause === undefined ? {} : { cause })
    if (advice !== undefined) this.advice = advice
    if (file !== undefined) this.file = file
    if (code !== undefined) Object.assign(this, { code, params })
  }
}
