import { elements } from '../shape.ts'
import { invalid, paddingOf, show, sizeOf } from '../strict.ts'
import type { Pool2dLayer } from '../types.ts'
import { pair, sides, windowOf } from '../window.ts'
import type { LayerKind } from './kind.ts'
import { requireImage, requireRoom } from './spatial.ts'

/** The largest value or the average of each window, padding left out. */
export function pool2d(type: Pool2dLayer['type']): LayerKind<Pool2dLayer> {
  return {
    options: ['size', 'stride', 'padding'],

    parse({ size, stride, padding }, at) {
      const layer: Pool2dLayer = {
        type,
        size: sizeOf(size, `${at}: size`),
        ...(stride !== undefined && { stride: sizeOf(stride, `${at}: stride`) }),
        ...(padding !== undefined && { padding: paddingOf(padding, `${at}: padding`) }),
      }
      requireSmallPadding(layer, at)
      return layer
    },

    output(layer, input, at) {
      requireImage(input, at)
      requireRoom(layer, input, at, 'size')
      return [input[0]!, ...windowOf(layer, input).output]
    },

    parameters: () => [],

    // One comparison less than a window has elements; or as many sums less one, and a division.
    flops: (layer, _, output) => (elements(pair(layer.size)) - (type === 'maxPool2d' ? 1 : 0)) * elements(output),
  }
}

function requireSmallPadding({ size, padding }: Pool2dLayer, at: string): void {
  if (padding === undefined || typeof padding === 'string') return
  const window = pair(size)
  if (sides(padding).every((side, index) => side < window[index % 2]!)) return
  const found = `${show(padding)} for a size of ${show(size)}`
  throw invalid(`${at}: padding`, padding, 'less, or a window would hold nothing but padding', found)
}
