import { CodedError } from '../../../common/error.ts'

/** What an error is about, for programs to go by. */
export type SetupErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'DEVICES_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'DEVICES_OPTION_INVALID'
  /** What is to be set up is there for other machines only: `expected`, `found`. */
  | 'DEVICES_MACHINE_UNSUPPORTED'
  /** A path is none of an onnxruntime-node with binaries for this machine, or these are none of a known build: `expected`, `found`, the `file`. */
  | 'DEVICES_RUNTIME_MISSING'
  /** A program that is needed is not there, or does not run: the `tool` (compiler, npm, pip), what was `found`. */
  | 'DEVICES_TOOL_MISSING'
  /** There is too little room on the disk: bytes that are `needed` and `free`, the `folder`. */
  | 'DEVICES_DISK_FULL'
  /** A wheel, or a folder with what it holds, is another one than is needed: `expected`, `found`. */
  | 'DEVICES_WHEEL_OTHER'
  /** Files of a CUDA provider are in the way that no set-up has placed: the `files`, the `version` that is needed, what was `found`. */
  | 'DEVICES_PROVIDER_FOREIGN'
  /** pip or npm could not fetch what is needed: the `tool`, and the end of its `output`. */
  | 'DEVICES_FETCH_FAILED'
  /** The compiler could not build the addon: its `command`, and the end of its `output`. */
  | 'DEVICES_BUILD_FAILED'
  /** The addon was built and does not load: what was `found`, and the end of its `output`. */
  | 'DEVICES_LOAD_FAILED'

/** What an error says besides its problem. */
interface SetupErrorData {
  code: SetupErrorCode
  params?: Readonly<Record<string, unknown>>
  advice?: string
  file?: string
  cause?: unknown
}

/** A device or an engine cannot be set up as asked. The message says what was found and what was expected, and ends in `advice`. */
export class SetupError extends CodedError<SetupErrorCode> {
  static override readonly kind: string = 'SetupError'
  /** Where the whole output of the tool that failed is. */
  declare readonly file?: string

  constructor(problem: string, { code, params, advice, file, cause }: SetupErrorData) {
    // A problem that ends in what a tool has printed ends its line, and a question ends itself.
    const sentence = /[\n?]$/.test(problem) ? problem : `${problem}.`
    super(sentence, { code, params: file === undefined ? params : { file, ...params }, advice, cause })
    if (file !== undefined) this.file = file
  }
}
