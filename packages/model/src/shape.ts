/** Size of what a layer gives for one image: `[channels, height, width]`, or `[features]` once it is flattened. */
export type Shape = readonly number[]

/** Number of elements of a tensor of these dimensions; 1 for none. */
export function elements(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

/** A shape as people write it: `1×28×28`. */
export function formatShape(shape: Shape): string {
  return shape.join('×')
}

/** A shape with what it stands for: `an image of 1×28×28 (channels×height×width)`, `a vector of 60`. */
export function describeShape(shape: Shape): string {
  if (shape.length === 1) return `a vector of ${shape[0]}`
  return `an image of ${formatShape(shape)} (channels×height×width)`
}
