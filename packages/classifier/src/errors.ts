import type { Attempt } from './types.ts'

/** Why a call is not answered, which a server may want to tell apart: too many callers wait, the time is over, the classifier was closed. */
export type QueueErrorCode = 'busy' | 'deadline' | 'closed'

/** What went wrong, for programs to tell apart. */
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
  /** A model cannot be downloaded: its `name`, and the HTTP `status` where an answer came, or a `reason`. */
  | 'CLASSIFIER_MODEL_UNREACHABLE'
  /** An address gives more of a model than an `option` allows, which is its `limit`, in bytes or in milliseconds without one: `name`. */
  | 'CLASSIFIER_MODEL_LIMIT'
  /** A model's file is damaged, or no ONNX: its `name`; the error's `offset` is the byte, where that is known. */
  | 'CLASSIFIER_MODEL_DAMAGED'
  /** A model's weights lie in other `files`, which are not there: its `name`. */
  | 'CLASSIFIER_WEIGHTS_MISSING'
  /** A model of pixelrow lacks metadata: its `name`, the `keys`. */
  | 'CLASSIFIER_METADATA_MISSING'
  /** A model's metadata `key` is not what it should be: its `name`, `expected`, the start of what was `found`. */
  | 'CLASSIFIER_METADATA_INVALID'
  /** A model is of a newer ONNX than onnxruntime knows: its `name`, the IR version `found` and the `most` there may be, or those of the operator set of a `domain`. */
  | 'CLASSIFIER_MODEL_TOO_NEW'
  /** Inputs, outputs or results of a model are not those of a classifier of images: its `name`, `expected`, `found`. */
  | 'CLASSIFIER_MODEL_UNSUITABLE'
  /** onnxruntime-web refuses a model whose file is sound: its `name`, the `reason`. */
  | 'CLASSIFIER_MODEL_REFUSED'
  /** What a run gives is no scores of its `rows`: the model's `name`, the `output` or the `count` of classes; or the scores of one `row` are NaN. */
  | 'CLASSIFIER_SCORES_INVALID'
  /** Pixels are no bytes, or do not stay as they are: `expected`, `found`. */
  | 'CLASSIFIER_PIXELS_INVALID'
  /** Pixels are more or fewer than an image has, or than whole images where there may be `several`: the bytes `expected` of an image, and those `found`. */
  | 'CLASSIFIER_PIXELS_SIZE'
  /** A pixel is above the largest that the model was trained on: its image is `row`, its place there `pixel`; `most`, `found`. */
  | 'CLASSIFIER_PIXELS_VALUE'
  /** A picture cannot be read: its `path` where it is a file, and the `reason`, the system's where it has one. */
  | 'CLASSIFIER_PICTURE_UNREADABLE'
  /** What was given is no picture, or one of another format: what the `picture` is called, `expected`, `found`. */
  | 'CLASSIFIER_PICTURE_INVALID'
  /** Nothing here decodes pictures: the `reason`. */
  | 'CLASSIFIER_DECODER_MISSING'
  /** Pictures cannot be prepared for the model by the `rule`, or without one: its `name`, the `shape` of its images. */
  | 'CLASSIFIER_PREPARE_UNSUITABLE'
  /** None of the `devices` runs the model: its `name`; the error's `attempts` say why. */
  | 'CLASSIFIER_DEVICE_UNAVAILABLE'
  /** The worker cannot be started, its own code failed, or its process was ended: `name` of the model, `reason`. */
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
  /** It cannot be loaded: the loader's `reason`, with the `host` of a native library. */
  | 'CLASSIFIER_RUNTIME_UNLOADABLE'
  /** onnxruntime-web does not start, and never will on this page: the `reason`, such as an error in one of its threads. */
  | 'CLASSIFIER_RUNTIME_STALLED'
  /** Another version of it is in this process: the one `wanted` and those `loaded`, each a `path` and its `version`. */
  | 'CLASSIFIER_RUNTIME_CONFLICT'

/** What an error says as data. */
export interface ClassifierErrorParts {
  code: ClassifierErrorCode
  params?: Readonly<Record<string, unknown>> | undefined
  cause?: unknown
  attempts?: readonly Attempt[] | undefined
  offset?: number | undefined
}

/** What instances bear in each copy of this package: ES modules, CommonJS and bundles have one each. A page has no room for the class that other packages share. */
const mark = Symbol.for('pixelrow.ClassifierError')

/**
 * A model that cannot be loaded or used, or pixels that do not fit it. The message says what was found, what was
 * expected and what to do; `cause` holds the runtime's own error where there is one. `instanceof` holds whichever copy of this package made it.
 */
export class ClassifierError extends Error {
  /** What went wrong, for programs. */
  declare readonly code: ClassifierErrorCode
  /** What the message is made of, as plain data; by the code. */
  declare readonly params: Readonly<Record<string, unknown>>
  /** The devices that were tried, where no device could run the model. */
  declare readonly attempts: readonly Attempt[]
  /** The byte of the model's file at which it is damaged, where that is known. */
  declare readonly offset?: number

  constructor(message: string, { code, params = {}, attempts = [], offset, ...cause }: ClassifierErrorParts) {
    super(message, cause)
    Object.assign(this, { name: 'ClassifierError', code, params, attempts })
    // No member of the class: types of two copies would not fit each other.
    Object.defineProperty(this, mark, { value: true })
    if (offset !== undefined) this.offset = offset
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class below is told by its prototype, as usual.
    return this === ClassifierError ? mark in Object(value) : super[Symbol.hasInstance](value)
  }
}
