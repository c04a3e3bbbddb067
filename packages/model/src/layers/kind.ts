import type { Shape } from '../shape.ts'
import type { Fields } from '../strict.ts'
import type { Layer } from '../types.ts'

/** One trainable array of a layer. */
export interface LayerParameter {
  /** Name inside the layer: `weight`, `bias`. */
  name: string
  dims: number[]
  /** How many inputs feed one output of the layer. */
  fanIn: number
  /** Start value of an element, from a uniform number of [0, 1). */
  initial(uniform: number): number
}

/** Everything the package knows about one kind of layer. `at` names the layer in errors: `layer 1 (dense)`. */
export interface LayerKind<L extends Layer = Layer> {
  /** The option fields it may have beside `type`. */
  options: readonly string[]
  /** Checks the options that somebody wrote; gives the layer with its fields in a fixed order. */
  parse(fields: Fields, at: string): L
  /** Shape of its output; throws when the layer cannot take such an input. */
  output(layer: L, input: Shape, at: string): Shape
  /** Its trainable arrays, in a fixed order. */
  parameters(layer: L, input: Shape): LayerParameter[]
  /** Floating-point operations of one image's forward pass; a multiplication and an addition count as two. */
  flops(layer: L, input: Shape): number
}
