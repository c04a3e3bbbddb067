/** What is wrong with a model or a file, with the byte offset in the file or the node it concerns where there is one. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError'
  /** Byte offset in the file, for an error of `read`. */
  readonly offset?: number
  /** The node's name, or its operator with its first output where it has none. */
  readonly node?: string

  constructor(message: string, details: { offset?: number; node?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    if (details.offset !== undefined) this.offset = details.offset
    if (details.node !== undefined) this.node = details.node
  }
}
