import { CodedError } from '../../../common/error.ts'

/** What kind of thing is wrong. */
export type ExportErrorCode =
  /** A model of TensorFlow.js or Keras has a layer or an operator that is not supported. */
  | 'EXPORT_UNSUPPORTED'
  /** A layer of such a model has a field that nothing here reads. */
  | 'EXPORT_CONFIG_UNREAD'
  /** A file of such a model is missing, damaged or contradicts itself. */
  | 'EXPORT_SOURCE'
  /** An address gives more of such a model than an `option` allows, which is its `limit`, in bytes or in milliseconds without one. */
  | 'EXPORT_FETCH_LIMIT'
  /** An ONNX file cannot be read back, or cannot be put into the form asked for. */
  | 'EXPORT_REFUSED'
  /** An ONNX file has its weights in other files. */
  | 'EXPORT_WEIGHTS_EXTERNAL'
  /** A file would be too large. */
  | 'EXPORT_TOO_LARGE'
  /** Rows or feeds do not fit the file or each other. */
  | 'EXPORT_ROWS'
  /** Classes differ. */
  | 'EXPORT_CLASSES'
  /** Results are too far apart. */
  | 'EXPORT_DIFFERS'
  /** An argument is none that this function takes. */
  | 'EXPORT_INPUT'
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'EXPORT_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'EXPORT_OPTION_INVALID'

/** What an error concerns, beside its sentence. */
export interface ExportDetails {
  code?: ExportErrorCode
  /** What the sentence is made of, as plain data. */
  params?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/** A model that cannot be converted or read back, or results that cannot be compared. */
export class ExportError extends CodedError<ExportErrorCode> {
  static override readonly kind: string = 'ExportError'

  constructor(message: string, { code = 'EXPORT_REFUSED', params, cause }: ExportDetails = {}) {
    super(message, { code, params, cause })
  }
}

/** An error about a model's files or structure: missing, damaged, or contradicting themselves. */
export const sourceError = (message: string, details: Omit<ExportDetails, 'code'> = {}): ExportError =>
  new ExportError(message, { ...details, code: 'EXPORT_SOURCE' })

/** An error about rows, feeds or scores that do not fit a file or each other. */
export const rowsError = (message: string, params: ExportDetails['params'] = {}): ExportError =>
  new ExportError(message, { code: 'EXPORT_ROWS', params })
