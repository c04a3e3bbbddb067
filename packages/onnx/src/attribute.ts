import type { Attribute, Graph, Tensor } from './types.ts'

/** An integer attribute; a bigint beyond ±2^53. */
export const int = (value: number | bigint): Attribute => ({ int: value })

/** A list of integers as an attribute. */
export const ints = (values: readonly (number | bigint)[]): Attribute => ({ ints: values })

/** A float attribute; the file keeps 32 bits. */
export const float = (value: number): Attribute => ({ float: value })

/** A list of floats as an attribute; the file keeps 32 bits each. */
export const floats = (values: readonly number[]): Attribute => ({ floats: values })

/** A string attribute. */
export const string = (value: string): Attribute => ({ string: value })

/** A list of strings as an attribute. */
export const strings = (values: readonly string[]): Attribute => ({ strings: values })

/** A tensor attribute, e.g. Constant's `value`. */
export const tensorAttribute = (value: Tensor): Attribute => ({ tensor: value })

/** A subgraph attribute, e.g. Loop's `body`. */
export const graphAttribute = (value: Graph): Attribute => ({ graph: value })
