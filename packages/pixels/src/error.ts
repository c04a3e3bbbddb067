import { CodedError } from '../../../common/error.ts'

/** What an error of this package is about, for programs to go by. */
export type PixelsErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'PIXELS_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'PIXELS_OPTION_INVALID'
  /** A picture is none, or its data does not fill it: `expected`, `found`. */
  | 'PIXELS_IMAGE_INVALID'
  /** The package that decodes pictures in Node is not installed, or does not load: `package`, and why as `reason`. */
  | 'PIXELS_DECODER_MISSING'

/** The one error of this package: a code, its parameters as plain data, and the sentence made of them. */
export class PixelsError extends CodedError<PixelsErrorCode> {
  static override readonly kind: string = 'PixelsError'

  constructor(
    { code, params, message }: { code: PixelsErrorCode; params: Readonly<Record<string, unknown>>; message: string },
    { cause }: { cause?: unknown } = {},
  ) {
    super(message, { code, params, cause })
  }
}
