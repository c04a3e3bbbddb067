import type { Graph } from '@pixelrow/onnx'
import type { Mask } from '../masks.ts'
import type { LayoutChoice } from '../types.ts'

/** A graph of plain ONNX operators, with the masks it takes as inputs beside those of the graph it was lowered from. */
export interface Lowered {
  graph: Graph
  masks: Mask[]
  /** The state as the lowered graph has it; `NAME:next` is the output that follows on the input `NAME`. */
  loopCarried: LoopCarried[]
  /** For inputs that come in blocks, the permutation of their numbers. */
  permutations: Map<string, Int32Array>
  /** What became of each convolution. */
  choices: LayoutChoice[]
  /** Where the bytes of `pixels` come from in an image's row, −1 being 0; undefined where they are the row itself. */
  byteOrder: Int32Array | undefined
}

/** A tensor that the lowered step carries on: one of the graph's state, or several in a row, each perhaps in another order. */
export interface LoopCarried {
  name: string
  dims: number[]
  parts: LoopCarriedPart[]
}

/** One tensor of the graph's state within what is carried on. */
export interface LoopCarriedPart {
  name: string
  size: number
  /** For each number its place in the plain tensor; undefined where the order is the same. */
  permutation: Int32Array | undefined
}
