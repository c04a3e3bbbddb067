import { elements } from '../shape.ts'
import type { GlobalPoolLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'
import { requireImage } from './spatial.ts'

/** One number of each channel: its average or its largest value. */
export function globalPool(type: GlobalPoolLayer['type']): LayerKind<GlobalPoolLayer> {
  return {
    options: [],
    parse: () => ({ type }),
    output(_, input, at) {
      requireImage(input, at)
      return [input[0]!]
    },
    parameters: () => [],
    // As for pooling with a window of the whole image.
    flops: (_, input) => elements(input) - (type === 'globalMaxPool' ? input[0]! : 0),
  }
}
