/** What an error says as data: its code, and what its sentence is made of. */
export interface ModelErrorData {
  code: ModelErrorCode
  params: Readonly<Record<string, unknown>>
}

/**
 * What can be wrong, where it is told as data: an option that does not exist (`params`: `where`, `option`, `suggestion`, `known`) or has
 * a value that it must not have (`where`, `option`, `expected`, `found`), and weights that are no finite numbers (`name`, `index`, `found`).
 */
export type ModelErrorCode = 'MODEL_OPTION_UNKNOWN' | 'MODEL_OPTION_INVALID' | 'MODEL_WEIGHTS_NOT_FINITE'

/** An architecture, model or weights file that does not hold together. */
export class ModelError extends Error {
  override name = 'ModelError'
  /** Index of the layer at fault, where there is one; of the outermost one when it lies inside a residual layer. */
  readonly layer?: number
  /** Where exactly: `3`, or `3.layers.1` inside a residual layer. */
  readonly path?: string
  /** What is wrong, for programs; not every error has one. */
  declare readonly code?: ModelErrorCode
  /** What the sentence is made of, with `code`. */
  declare readonly params?: Readonly<Record<string, unknown>>

  constructor(message: string, path?: string, data?: ModelErrorData) {
    super(message)
    if (data) Object.assign(this, data)
    if (path === undefined) return
    this.layer = Number.parseInt(path, 10)
    this.path = path
  }
}

/** Runs `action`; a `ModelError` out of it tells which layer is at fault, the innermost one. */
export function withLayer<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ModelError) || error.path !== undefined) throw error
    const { code, params = {} } = error
    throw new ModelError(error.message, path, code && { code, params })
  }
}
