import type { GraphBuilder, Node, Value } from '@pixelrow/onnx'

/**
 * How an operator passes gradients back: from the gradients of its outputs (undefined where the loss does not depend on
 * one) to the gradients of its inputs (undefined where there is none, or `needed` says that nobody asks).
 */
export type GradientRule = (context: GradientContext) => (Value | undefined)[]

/** What a gradient rule sees of the node it differentiates. */
export interface GradientContext {
  g: GraphBuilder
  node: Node
  inputs: (Value | undefined)[]
  outputs: Value[]
  /** By output. */
  gradients: (Value | undefined)[]
  /** By input: whether anything to be differentiated lies behind it. */
  needed: boolean[]
}
