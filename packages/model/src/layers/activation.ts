import { elements } from '../shape.ts'
import type { ActivationLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'

/** A function of each element by itself, counted as one operation an element. */
export function activation(type: ActivationLayer['type']): LayerKind<ActivationLayer> {
  return {
    options: [],
    parse: () => ({ type }),
    output: (_, input) => input,
    parameters: () => [],
    flops: (_, input) => elements(input),
  }
}
