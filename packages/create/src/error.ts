import { CodedError } from '../../../common/error.ts'

/** What an error of this package is about, for programs to go by. */
export type CreateErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'CREATE_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'CREATE_OPTION_INVALID'
  /** The `folder` holds something already: the first few of its `names`. */
  | 'CREATE_FOLDER_TAKEN'
  /** A run's folder without a model: its path as `file`. */
  | 'CREATE_MODEL_MISSING'
  /** A `file` is no ONNX model, or a damaged one: the `reason`, and the code of what found it as `found`. */
  | 'CREATE_MODEL_INVALID'

/** The one error of this package: a code, its parameters as plain data, and the sentence made of them. What the file system refuses is a FileError. */
export class CreateError extends CodedError<CreateErrorCode> {
  static override readonly kind: string = 'CreateError'
}
