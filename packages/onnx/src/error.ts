import { CodedError } from '../../../common/error.ts'

/** What kind of thing is wrong. `params` has the byte's `offset` in the file and the `node` at fault besides, where they are known. */
export type OnnxErrorCode =
  /** Bytes are cut, damaged or no ONNX. */
  | 'ONNX_DAMAGED'
  /** Weights lie in a file outside the model's folder. */
  | 'ONNX_OUTSIDE'
  /** A file would be too large for the format. */
  | 'ONNX_TOO_LARGE'
  /** A model is not well formed, or is one that the format cannot hold. */
  | 'ONNX_INVALID'
  /** Shapes or element types do not fit. */
  | 'ONNX_SHAPE'
  /** An argument is no bytes. */
  | 'ONNX_INPUT'
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'ONNX_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
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
export class OnnxError extends CodedError<OnnxErrorCode> {
  static override readonly kind: string = 'OnnxError'
  /** Byte offset in the file, for an error of `read`. */
  declare readonly offset?: number
  /** The node's name, or its operator with its first output where it has none. */
  declare readonly node?: string

  constructor(message: string, { code = 'ONNX_INVALID', params = {}, offset, node, cause }: Details = {}) {
    const place = { ...(offset !== undefined && { offset }), ...(node !== undefined && { node }) }
    super(message, { code, params: { ...params, ...place }, cause })
    if (offset !== undefined) this.offset = offset
    if (node !== undefined) this.node = node
  }
}
