import type { Attempt } from './types.ts'

/** Why a call is not answered, which a server may want to tell apart: too many callers wait, the time is over, the classifier was closed. */
export type QueueErrorCode = 'busy' | 'deadline' | 'closed'

/** What went wrong, for code to tell apart. Errors made before codes were have none. */
export type ClassifierErrorCode =
  | QueueErrorCode
  /** An option that there is not: `where`, `option`, the `suggestion` if one resembles it, and all `known`. */
  | 'CLASSIFIER_OPTION_UNKNOWN'
  /** An option of a wrong kind or out of its range: `where`, `option`, `expected`, `found`. */
  | 'CLASSIFIER_OPTION_INVALID'
  /** What a model was to be loaded from is nothing of that kind: `found`. */
  | 'CLASSIFIER_SOURCE_INVALID'
  /** A model's file cannot be read: its `name`, the system's `reason`, such as `ENOENT`. */
  | 'CLASSIFIER_MODEL_UNREADABLE'
  /** A model cannot be downloaded: its `name`, and the HTTP `status` where an answer came. */
  | 'CLASSIFIER_MODEL_UNREACHABLE'
  /** A model's file is damaged, or no ONNX: its `name`. */
  | 'CLASSIFIER_MODEL_DAMAGED'
  /** A model's weights lie in other `files`, which are not there: its `name`. */
  | 'CLASSIFIER_WEIGHTS_MISSING'
  /** A picture's file cannot be read: its `path`, the system's `reason`. */
  | 'CLASSIFIER_PICTURE_UNREADABLE'
  /** None of the `devices` runs the model: its `name`; the error's `attempts` say why. */
  | 'CLASSIFIER_DEVICE_UNAVAILABLE'
  /** The worker's own code failed, or its process was ended: `name` of the model, `reason`. */
  | 'CLASSIFIER_WORKER_FAILED'
  /** Something given of a model, by `model`, that would be ignored: `name`, `options`. */
  | 'CLASSIFIER_MODEL_OPTION_UNUSED'
  /** Nobody says the classes, and the file's labels are no numbering: its `output` says `label` where the score in place `best` of `count` is the best. */
  | 'CLASSIFIER_CLASSES_UNKNOWN'
  /** Classes are `said` in another order than the file's own: its `output` says `label`. */
  | 'CLASSIFIER_CLASSES_ORDER'
  /** There are more or fewer classes than scores: `expected`, `found`. */
  | 'CLASSIFIER_CLASSES_COUNT'
  /** The file's `output` says a `label` for image `row` that is none of its classes. */
  | 'CLASSIFIER_LABEL_UNKNOWN'
  /** The scores are a list of maps: `outputs`. */
  | 'CLASSIFIER_OUTPUT_MAPS'
  /** None of the `outputs` is scores of many images. */
  | 'CLASSIFIER_OUTPUT_UNKNOWN'
  /** onnxruntime is not installed, or has no binary for this platform: the `package`, the `host`. */
  | 'CLASSIFIER_RUNTIME_MISSING'
  /** Its native library cannot be loaded: the `host`, the loader's `reason`. */
  | 'CLASSIFIER_RUNTIME_UNLOADABLE'
  /** onnxruntime-web does not start, and never will on this page: the `reason`, such as an error in one of its threads. */
  | 'CLASSIFIER_RUNTIME_STALLED'
  /** Another version of it is in this process: the one `wanted` and those `loaded`, each a `path` and its `version`. */
  | 'CLASSIFIER_RUNTIME_CONFLICT'

/** What belongs to an error beside its message. */
export interface ClassifierErrorParts {
  cause?: unknown
  attempts?: readonly Attempt[] | undefined
  code?: ClassifierErrorCode | undefined
  params?: Readonly<Record<string, unknown>> | undefined
  offset?: number | undefined
}

/**
 * A model that cannot be loaded or used, or pixels that do not fit it. The message says what was found, what was
 * expected and what to do; `cause` holds the runtime's own error where there is one.
 */
export class ClassifierError extends Error {
  /** The devices that were tried, where no device could run the model. */
  declare readonly attempts: readonly Attempt[]
  declare readonly code?: ClassifierErrorCode
  /** What the message is made of, as plain data; by the code. */
  declare readonly params?: Readonly<Record<string, unknown>>
  /** The byte of the model's file at which it is damaged, where that is known. */
  declare readonly offset?: number

  constructor(message: string, { attempts = [], code, params, offset, ...cause }: ClassifierErrorParts = {}) {
    super(message, cause)
    this.name = 'ClassifierError'
    this.attempts = attempts
    if (code) this.code = code
    if (params) this.params = params
    if (offset !== undefined) this.offset = offset
  }
}
