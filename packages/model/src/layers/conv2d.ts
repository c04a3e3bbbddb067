import { elements } from '../shape.ts'
import { optionalBoolean, paddingOf, positiveInteger, sizeOf } from '../strict.ts'
import type { Conv2dLayer } from '../types.ts'
import { pair, windowOf } from '../window.ts'
import { kaimingUniform } from './kaiming.ts'
import type { LayerKind } from './kind.ts'
import { requireImage, requireRoom } from './spatial.ts'

/** A convolution with a weight of `[filters, channels, kernel height, kernel width]`. */
export const conv2d: LayerKind<Conv2dLayer> = {
  options: ['filters', 'kernelSize', 'stride', 'padding', 'bias'],

  parse({ filters, kernelSize, stride, padding, bias }, at) {
    const checked = optionalBoolean(bias, `${at}: bias`)
    return {
      type: 'conv2d',
      filters: positiveInteger(filters, `${at}: filters`),
      kernelSize: sizeOf(kernelSize, `${at}: kernelSize`),
      ...(stride !== undefined && { stride: sizeOf(stride, `${at}: stride`) }),
      ...(padding !== undefined && { padding: paddingOf(padding, `${at}: padding`) }),
      ...(checked !== undefined && { bias: checked }),
    }
  },

  output(layer, input, at) {
    requireImage(input, at)
    requireRoom(layer, input, at, 'kernelSize')
    return [layer.filters, ...windowOf(layer, input).output]
  },

  parameters({ filters, kernelSize, bias }, input) {
    const [height, width] = pair(kernelSize)
    const channels = input[0]!
    return kaimingUniform([filters, channels, height, width], channels * height * width, filters, bias)
  },

  // As for a dense layer at each place; products with padding are counted too.
  flops({ kernelSize, bias }, input, output) {
    return (2 * input[0]! * elements(pair(kernelSize)) - (bias === false ? 1 : 0)) * elements(output)
  },
}
