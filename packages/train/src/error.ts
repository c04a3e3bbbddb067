import { CodedError } from '../../../common/error.ts'

/** What went wrong in a training, for programs; `params` has the figures of the sentence. */
export type TrainErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'TRAIN_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'TRAIN_OPTION_INVALID'
  /** An option means nothing without another one: `where`, `option`, `needs`. */
  | 'TRAIN_OPTION_NEEDS'
  /** A table has no rows: which, as `subject`. */
  | 'TRAIN_TABLE_EMPTY'
  /** A table has no labels: which, as `subject`. */
  | 'TRAIN_LABELS_MISSING'
  /** There is one class, or none: how many were `found`. */
  | 'TRAIN_CLASSES_FEW'
  /** A validation row's class was not trained on: `subject`, `row`, `found`, `expected`. */
  | 'TRAIN_CLASS_UNKNOWN'
  /** Images are of another size or range than the architecture takes: `subject`, `expected`, `found`. */
  | 'TRAIN_IMAGES_OTHER'
  /** A batch has more rows than there are: `expected`, `found`. */
  | 'TRAIN_BATCH_TOO_LARGE'
  /** A batch norm would be given one value for each channel: `layer`, `batchSize`, `dims`. */
  | 'TRAIN_BATCH_NORM_ONE_VALUE'
  /** A learning rate, or an optimiser's number, is not finite or below 0: `what`, `step`, `expected`, `found`. */
  | 'TRAIN_SCHEDULE_INVALID'
  /** A loss, a weight or the optimiser's memory is no number any more: `what`, `found`, `step`, `epoch`. */
  | 'TRAIN_DIVERGED'
  /** A file is no checkpoint, or a damaged one: the `reason`. */
  | 'TRAIN_CHECKPOINT_DAMAGED'
  /** A file is of another format: `expected`, `found`. */
  | 'TRAIN_CHECKPOINT_FORMAT'
  /** A checkpoint is of another version: `expected`, `found`. */
  | 'TRAIN_CHECKPOINT_VERSION'
  /** A checkpoint is of another training: the `part` that differs, what it `was`, what it `is`. */
  | 'TRAIN_CHECKPOINT_OTHER'
  /** There is no such `engine`: all as `known`. */
  | 'TRAIN_ENGINE_UNKNOWN'
  /** An `engine` cannot be used here: the `reason`, where it is known. */
  | 'TRAIN_ENGINE_UNAVAILABLE'
  /** A `device` cannot be used by an `engine`: the `reason`, what would `fix` it, whether it `wasBegun` there; for a name that no device has, all as `known`. */
  | 'TRAIN_DEVICE_UNAVAILABLE'
  /** A batch does not fit into a `device`'s memory: `batchSize`, and the half, quarter, … of it that `fits`, where one does. */
  | 'TRAIN_DEVICE_MEMORY'
  /** A `device` does not compute in a `precision`: all that it does as `known`. */
  | 'TRAIN_PRECISION_UNAVAILABLE'
  /** A `device` failed in the middle of a training, or its process ended: the `reason`; `memory` as `cause` where it had too little of that. */
  | 'TRAIN_DEVICE_LOST'
  /** This process has loaded another version of onnxruntime: `wanted`, `loaded`, each with `path` and `version`. */
  | 'TRAIN_RUNTIME_CONFLICT'
  /** The process that trains has ended: its `code` or `signal`, and its `last` line. */
  | 'TRAIN_PROCESS_ENDED'
  /** A learner is training. */
  | 'TRAIN_LEARNER_BUSY'
  /** A learner has not been trained. */
  | 'TRAIN_LEARNER_UNTRAINED'
  /** A learner would validate on rows that it was trained on: `expected`, `found`. */
  | 'TRAIN_LEARNER_SPLIT'
  /** Pixels are none that a model can classify: `expected`, `found`. */
  | 'TRAIN_PIXELS_INVALID'
  /** A profile cannot be made. */
  | 'TRAIN_PROFILE_FAILED'
  /** A graph has an operator that nobody here can carry out or differentiate: `operator`, `node`. */
  | 'TRAIN_GRAPH_UNSUPPORTED'
  /** A graph lacks a value that is read: an operand, as `operator` and `input` (from 0), or `what` has the name `value`. */
  | 'TRAIN_GRAPH_VALUE_MISSING'

/** What an error is made of. */
export interface TrainErrorDetail {
  code: TrainErrorCode
  /** Plain data. */
  params?: Readonly<Record<string, unknown>>
  /** The sentence made of it: the subject, what was found, what was expected, what to do. */
  message: string
  /** What to do, in the words of this package; the command says it in flags. */
  advice?: string
}

/** The one error of this package. What an engine's library throws is passed on as it is. */
export class TrainError extends CodedError<TrainErrorCode> {
  static override readonly kind: string = 'TrainError'

  constructor({ code, params, message, advice }: TrainErrorDetail, { cause }: { cause?: unknown } = {}) {
    super(message, { code, params, advice, cause })
  }
}

/** The error of a graph that nobody here can carry out or differentiate. */
export function unsupported(message: string, params: Readonly<Record<string, unknown>> = {}): TrainError {
  return new TrainError({ code: 'TRAIN_GRAPH_UNSUPPORTED', params, message })
}
