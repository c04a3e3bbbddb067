import { elements } from '../shape.ts'
import type { FlattenLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'

/** An image to a vector in channel, row, column order; a vector stays as it is. */
export const flatten: LayerKind<FlattenLayer> = {
  options: [],
  parse: () => ({ type: 'flatten' }),
  output: (_, input) => [elements(input)],
  parameters: () => [],
  flops: () => 0,
}
