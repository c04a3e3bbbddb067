/** A device or an engine cannot be set up as asked. The message says what was found and what was expected, and ends in `advice`. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  /** What to do about it. */
  readonly advice?: string
  /** Where the whole output of the tool that failed is. */
  readonly file?: string

  constructor(problem: string, { advice, file, cause }: { advice?: string; file?: string; cause?: unknown } = {}) {
    // A problem that ends in what a tool has printed ends its line.
    const sentence = problem.endsWith('\n') ? problem : `${problem}.${advice ? ' ' : ''}`
    super(`${sentence}${advice ?? ''}`, cause === undefined ? {} : { cause })
    if (advice !== undefined) this.advice = advice
    if (file !== undefined) this.file = file
  }
}
