import { strictArchitecture } from './parse.ts'
import type { Architecture } from './types.ts'
import { flattened, walk } from './walk.ts'

/** An array of an architecture: one that is trained, or a running statistic. */
export interface Parameter {
  /** `<layer index>.<parameter>`, the key in `Model.weights`: `1.weight`; `3.layers.1.weight` inside a residual layer. */
  name: string
  /** Of a weight `[inputs, units]` (dense) or `[filters, channels, height, width]` (conv2d); `[size]` of all others. */
  dims: number[]
  /** How many inputs feed one output of the layer; 1 for batch normalisation. */
  fanIn: number
  /** False for batch normalisation's `runningMean` and `runningVariance`, which training measures and no gradient changes. */
  trained: boolean
}

/**
 * Lists the arrays in layer order, a layer's weight before its bias and those before its running statistics, a residual
 * layer's layers before its shortcut. Throws a `ModelError` when the layers do not fit each other.
 */
export function parameters(architecture: Architecture): Parameter[] {
  return flattened(walk(architecture)).flatMap(({ path, parameters }) =>
    parameters.map(({ name, dims, fanIn, trained }) => ({ name: `${path}.${name}`, dims, fanIn, trained })),
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
