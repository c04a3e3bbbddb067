import { strictArchitecture } from './parse.ts'
import type { Architecture } from './types.ts'
import { walk } from './walk.ts'

/** A trainable array of an architecture. */
export interface Parameter {
  /** `<layer index>.<parameter>`, the key in `Model.weights`: `1.weight`. */
  name: string
  /** `[inputs, units]` for a dense layer's weight, `[units]` for its bias. */
  dims: number[]
  /** How many inputs feed one output of the layer. */
  fanIn: number
}

/**
 * Lists the trainable arrays in layer order, a layer's weight before its bias. Throws a `ModelError` when the layers do
 * not fit each other.
 */
export function parameters(architecture: Architecture): Parameter[] {
  return walk(architecture).flatMap((step) =>
    step.parameters.map(({ name, dims, fanIn }) => ({ name: `${step.index}.${name}`, dims, fanIn })),
  )
}

/**
 * The shape of each layer's output for one image: `[channels, height, width]`, or `[features]` once it is flattened. The
 * batch is not counted. Throws a `ModelError` that names the layer and the shapes when two layers do not fit.
 */
export function outputShapes(architecture: Architecture): number[][] {
  return walk(architecture).map(({ output }) => [...output])
}

/**
 * Writes an architecture as JSON that depends on its content alone, not on the order its fields were written in;
 * `parseArchitecture` reads it. Throws a `ModelError` for what `parseArchitecture` would refuse.
 */
export function formatArchitecture(architecture: Architecture): string {
  return JSON.stringify(strictArchitecture(architecture))
}
