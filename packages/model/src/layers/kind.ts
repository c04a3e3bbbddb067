import type { Shape } from '../shape.ts'
import type { Fields } from '../strict.ts'
import type { Layer } from '../types.ts'

/** One array of a layer. */
export interface LayerParameter {
  /** Name inside the layer: `weight`, `bias`. */
  name: string
  dims: number[]
  /** How many inputs feed one output of the layer. */
  fanIn: number
  /** False for what training measures instead of learning it. */
  trained: boolean
  /** Start value of an element, from a uniform number of [0, 1). */
  initial(uniform: number): number
}

/** Everything the package knows about one kind of layer. `at` names the layer in errors: `layer 1 (dense)`. */
export interface LayerKind<L extends Layer = Layer> {
  /** The option fields it may have beside `type`. */
  options: readonly string[]
  /**
   * Checks the options that somebody wrote; gives the layer with its fields in a fixed order. `layersOf` does that for a
   * field that holds a list of layers.
   */
  parse(fields: Fields, at: string, layersOf: (field: string) => Layer[]): L
  /** The lists of layers inside it, by field; each is fed the layer's own input. */
  branches?(layer: L): Record<string, readonly Layer[]>
  /** Shape of its output; `branches` holds the shapes that they end in. Throws when the layer cannot take such an input. */
  output(layer: L, input: Shape, at: string, branches: readonly Shape[]): Shape
  /** Its own arrays, in a fixed order; those inside its branches are not counted. */
  parameters(layer: L, input: Shape): LayerParameter[]
  /** Its own floating-point operations of one image's forward pass; a multiplication and an addition count as two. */
  flops(layer: L, input: Shape, output: Shape): number
}
