import { CodedError } from '../../../common/error.ts'

/** What can be wrong. `params` has the `path` of the layer at fault besides, where there is one. */
export type ModelErrorCode =
  /** There is no such option: `where`, `option`, the one probably meant as `suggestion`, all as `known`. */
  | 'MODEL_OPTION_UNKNOWN'
  /** An option has a value that it cannot have: `where`, `option`, `expected`, `found`. */
  | 'MODEL_OPTION_INVALID'
  /** An architecture is no JSON: the parser's `reason`. */
  | 'MODEL_NOT_JSON'
  /** A field has a value that it cannot have: whose, as `subject`, `expected`, `found`. */
  | 'MODEL_FIELD_INVALID'
  /** There is no such field: whose, as `subject`, its name as `field`, all as `known`. */
  | 'MODEL_FIELD_UNKNOWN'
  /** There is no such layer: its `type`, all as `known`. */
  | 'MODEL_LAYER_UNKNOWN'
  /** Layers lie inside each other more than `most` times. */
  | 'MODEL_TOO_DEEP'
  /** A layer does not fit what the one before it gives, or the classes: `expected`, `found`, both shapes or numbers. */
  | 'MODEL_SHAPE_UNFIT'
  /** There are too few classes, or too many: how many were `found`. */
  | 'MODEL_CLASSES_COUNT'
  /** A class is no text (`index`), or is listed twice (`class`). */
  | 'MODEL_CLASSES_INVALID'
  /** What a model is to be made for has no classes. */
  | 'MODEL_CLASSES_MISSING'
  /** Weights lack a tensor, have one too many, or one of another kind or shape: its `name`, `expected`, `found`. */
  | 'MODEL_WEIGHTS_INVALID'
  /** Weights are no finite numbers: `name`, `index`, `found`. */
  | 'MODEL_WEIGHTS_NOT_FINITE'
  /** A tensor cannot be written: its `name`, and why, as `reason`. */
  | 'MODEL_TENSOR_UNWRITABLE'
  /** A safetensors file is damaged, or not what the format asks for: why, as `reason`. */
  | 'MODEL_FILE_DAMAGED'

/** What an error says besides its code and its sentence. */
export interface ModelErrorData {
  /** What the sentence is made of, as plain data. */
  params?: Readonly<Record<string, unknown>>
  /** Where exactly: `3`, or `3.layers.1` inside a residual layer. */
  path?: string
  cause?: unknown
}

/** An architecture, model or weights file that does not hold together. */
export class ModelError extends CodedError<ModelErrorCode> {
  static override readonly kind: string = 'ModelError'
  /** Index of the layer at fault, where there is one; of the outermost one when it lies inside a residual layer. */
  declare readonly layer?: number
  /** Where exactly: `3`, or `3.layers.1` inside a residual layer. */
  declare readonly path?: string

  constructor(code: ModelErrorCode, message: string, { params, path, cause }: ModelErrorData = {}) {
    super(message, { code, params: path === undefined ? params : { ...params, path }, cause })
    if (path !== undefined) Object.assign(this, { layer: Number.parseInt(path, 10), path })
  }
}

/** Runs `action`; a `ModelError` out of it tells which layer is at fault, the innermost one. */
export function withLayer<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ModelError) || error.path !== undefined) throw error
    const { code, params, message, cause } = error
    throw new ModelError(code, message, { params, path, cause })
  }
}
