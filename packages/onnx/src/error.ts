/**
 * What kind of thing is wrong: bytes that are cut, damaged or no ONNX (`ONNX_DAMAGED`), weights in a file outside the model's folder
 * (`ONNX_OUTSIDE`), a file that would be too large (`ONNX_TOO_LARGE`), a model that is not well formed or that the format cannot hold
 * (`ONNX_INVALID`), shapes or element types that do not fit (`ONNX_SHAPE`), an argument that is no bytes (`ONNX_INPUT`), or an option.
 */
export type OnnxErrorCode =
  | 'ONNX_DAMAGED'
  | 'ONNX_OUTSIDE'
  | 'ONNX_TOO_LARGE'
  | 'ONNX_INVALID'
  | 'ONNX_SHAPE'
  | 'ONNX_INPUT'
  | 'ONNX_OPTION_UNKNOWN'
  | 'ONNX_OPTION_INVALID'

/** What an error concerns, beside its sentence. */
interface Details {
  code?: OnnxErrorCode
  /** What the sentence is made of, as plain data. */
  params?: Readonly<Record<string, unknown>>
  offset?: number
  node?: string
  cause?: unknown
}

/** What is wrong with a model or a file, with the byte offset in the file or the node it concerns where there is one. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError'
  readonly code: OnnxErrorCode
  /** What the sentence is made of, as plain data. */
  readonly params: Readonly<Record<string, unknown>>
  /** Byte offset in the file, for an error of `read`. */
  readonly offset?: number
  /** The node's name, or its operator with its first output where it has none. */
  readonly node?: string

  constructor(message: string, { code = 'ONNX_INVALID', params = {}, offset, node, cause }: Details = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.params = { ...params, ...(offset !== undefined && { offset }), ...(node !== undefined && { node }) }
    if (offset !== undefined) this.offset = offset
    if (node !== undefined) this.node = node
  }
}
