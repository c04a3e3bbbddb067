/** The elements of an array as a file holds them, whatever their type and order: an index counts with the last dimension the fastest. */
export interface Numbers {
  dims: readonly number[]
  /** All elements, where they are unsigned bytes in that order: a view of the file. */
  bytes?: Uint8Array
  /** The elements are texts, and no numbers. */
  isText?: true
  /** The elements are floats, though they may all be whole numbers. */
  isFloat?: true
  /** An element as a number; NaN of a text. */
  number(index: number): number
  /** An element as a label is written. */
  text(index: number): string
}

/** Elements that are unsigned bytes, in their order. */
export const bytesAsNumbers = (dims: readonly number[], bytes: Uint8Array): Numbers => ({
  dims,
  bytes,
  number: (index) => bytes[index]!,
  text: (index) => String(bytes[index]!),
})

/** Dimensions as sentences have them. */
export const sizesOf = (dims: readonly number[]): string =>
  dims.length > 6 ? `${dims.length} dimensions` : dims.join(' × ') || 'a single number'

/** The number of elements; infinity where it is more than a number holds exactly, which no file has. */
export function elements(dims: readonly number[]): number {
  // Zero times infinity is no number.
  const count = dims.includes(0) ? 0 : dims.reduce((product, dim) => product * dim, 1)
  return Number.isSafeInteger(count) ? count : Number.POSITIVE_INFINITY
}
