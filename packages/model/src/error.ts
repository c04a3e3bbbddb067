/** An architecture, model or weights file that does not hold together; `layer` is the index of the layer at fault, where there is one. */
export class ModelError extends Error {
  override name = 'ModelError'
  readonly layer?: number

  constructor(message: string, layer?: number) {
    super(message)
    if (layer !== undefined) this.layer = layer
  }
}
