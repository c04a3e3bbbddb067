import type { Attribute, GraphBuilder, Value } from '@pixelrow/onnx'
import type { Mask } from '../../masks.ts'
import type { LayoutChoice } from '../../types.ts'

/** How an operator of our own domain is said in plain ONNX: emits nodes and gives the values of its outputs. */
export type Lowering = (context: LoweringContext) => Value[]

export interface LoweringContext {
  g: GraphBuilder
  /** Undefined where an optional one is left out. */
  inputs: (Value | undefined)[]
  attributes: Readonly<Record<string, Attribute>>
  /** Announces a random mask that the lowered graph takes as an input. */
  addMask(mask: Mask): void
  /** Tells which formulation was chosen, where there are several. */
  choose(choice: Pick<LayoutChoice, 'formulation' | 'reason'>): void
}
