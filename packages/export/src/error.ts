/**
 * What kind of thing is wrong. Of a model of TensorFlow.js or Keras: a layer or operator that is not supported (`EXPORT_UNSUPPORTED`), a
 * field of a layer that nothing here reads (`EXPORT_CONFIG_UNREAD`), a file that is missing, damaged or contradicts itself
 * (`EXPORT_SOURCE`). Of an ONNX file: one that cannot be read back or put into the form asked for (`EXPORT_REFUSED`), weights in other
 * files (`EXPORT_WEIGHTS_EXTERNAL`), one that would be too large (`EXPORT_TOO_LARGE`). Rows or feeds that do not fit (`EXPORT_ROWS`),
 * classes that differ (`EXPORT_CLASSES`), results that are too far apart (`EXPORT_DIFFERS`), an argument (`EXPORT_INPUT`), an option.
 */
export type ExportErrorCode =
  | 'EXPORT_UNSUPPORTED'
  | 'EXPORT_CONFIG_UNREAD'
  | 'EXPORT_SOURCE'
  | 'EXPORT_REFUSED'
  | 'EXPORT_WEIGHTS_EXTERNAL'
  | 'EXPORT_TOO_LARGE'
  | 'EXPORT_ROWS'
  | 'EXPORT_CLASSES'
  | 'EXPORT_DIFFERS'
  | 'EXPORT_INPUT'
  | 'EXPORT_OPTION_UNKNOWN'
  | 'EXPORT_OPTION_INVALID'

/** What an error concerns, beside its sentence. */
export interface ExportDetails {
  code?: ExportErrorCode
  /** What the sentence is made of, as plain data. */
  params?: Readonly<Record<string, unknown>>
  cause?: unknown
}

/** A model that cannot be converted or read back, or results that cannot be compared. */
export class ExportError extends Error {
  override name = 'ExportError'
  readonly code: ExportErrorCode
  /** What the sentence is made of, as plain data. */
  readonly params: Readonly<Record<string, unknown>>

  constructor(message: string, { code = 'EXPORT_REFUSED', params = {}, cause }: ExportDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.params = params
  }
}

/** An error about a model's files or structure: missing, damaged, or contradicting themselves. */
export const sourceError = (message: string, details: Omit<ExportDetails, 'code'> = {}): ExportError =>
  new ExportError(message, { ...details, code: 'EXPORT_SOURCE' })

/** An error about rows, feeds or scores that do not fit a file or each other. */
export const rowsError = (message: string, params: ExportDetails['params'] = {}): ExportError =>
  new ExportError(message, { code: 'EXPORT_ROWS', params })
