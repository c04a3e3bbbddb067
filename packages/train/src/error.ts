/** What went wrong in a training, for programs; `params` has the figures of the sentence. The README says each in words. */
export type TrainErrorCode =
  | 'TRAIN_OPTION_UNKNOWN'
  | 'TRAIN_OPTION_INVALID'
  | 'TRAIN_OPTION_NEEDS'
  | 'TRAIN_TABLE_EMPTY'
  | 'TRAIN_LABELS_MISSING'
  | 'TRAIN_CLASSES_FEW'
  | 'TRAIN_CLASS_UNKNOWN'
  | 'TRAIN_IMAGES_OTHER'
  | 'TRAIN_BATCH_TOO_LARGE'
  | 'TRAIN_BATCH_NORM_ONE_VALUE'
  | 'TRAIN_SCHEDULE_INVALID'
  | 'TRAIN_DIVERGED'
  | 'TRAIN_CHECKPOINT_DAMAGED'
  | 'TRAIN_CHECKPOINT_FORMAT'
  | 'TRAIN_CHECKPOINT_VERSION'
  | 'TRAIN_CHECKPOINT_OTHER'
  | 'TRAIN_ENGINE_UNKNOWN'
  | 'TRAIN_ENGINE_UNAVAILABLE'
  | 'TRAIN_DEVICE_UNAVAILABLE'
  | 'TRAIN_RUNTIME_CONFLICT'
  | 'TRAIN_PROCESS_ENDED'
  | 'TRAIN_LEARNER_BUSY'
  | 'TRAIN_LEARNER_UNTRAINED'
  | 'TRAIN_LEARNER_SPLIT'
  | 'TRAIN_PIXELS_INVALID'
  | 'TRAIN_PROFILE_FAILED'
  | 'TRAIN_GRAPH_UNSUPPORTED'

/** What an error is made of. */
export interface TrainErrorDetail {
  code: TrainErrorCode
  /** Plain data. */
  params?: Readonly<Record<string, unknown>>
  /** The sentence made of it: the subject, what was found, what was expected, what to do. */
  message: string
}

/** The one error of this package. What an engine's library throws is passed on as it is. */
export class TrainError extends Error {
  override name = 'TrainError'
  readonly code: TrainErrorCode
  readonly params: Readonly<Record<string, unknown>>

  constructor({ code, params = {}, message }: TrainErrorDetail, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.params = params
  }
}

/** The error of a graph that nobody here can carry out or differentiate. */
export function unsupported(message: string, params: Readonly<Record<string, unknown>> = {}): TrainError {
  return new TrainError({ code: 'TRAIN_GRAPH_UNSUPPORTED', params, message })
}
