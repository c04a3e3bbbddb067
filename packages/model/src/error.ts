/** An architecture, model or weights file that does not hold together. */
export class ModelError extends Error {
  override name = 'ModelError'
  /** Index of the layer at fault, where there is one; of the outermost one when it lies inside a residual layer. */
  readonly layer?: number
  /** Where exactly: `3`, or `3.layers.1` inside a residual layer. */
  readonly path?: string

  constructor(message: string, path?: string) {
    super(message)
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
    throw new ModelError(error.message, path)
  }
}
