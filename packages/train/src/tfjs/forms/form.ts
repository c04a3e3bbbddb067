import type { Node } from '@pixelrow/onnx'
import type { Mask } from '../../masks.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'

/** What a form sees of the node that it carries out. */
export interface FormContext {
  ops: Ops
  /** By input; undefined where the node has none, and for whole numbers, which `numbers` gives. */
  inputs: readonly (Tensor | undefined)[]
  /** The whole numbers of an input that the graph holds, such as a shape; undefined where the node has none. */
  numbers(input: number): readonly number[] | undefined
  attributes: Node['attributes']
  /** The step's bytes of a random mask. */
  maskBytes(mask: Omit<Mask, 'name'>): Uint8Array
}

/**
 * How tfjs carries out an operator: new tensors, one an output, or undefined for an output that no other form reads. What else it makes on
 * the way is freed by whoever calls it.
 */
export type Form = (context: FormContext) => readonly (Tensor | undefined)[]
