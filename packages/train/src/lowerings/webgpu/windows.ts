import { float32, type GraphBuilder, int, ints, type Value } from '@pixelrow/onnx'
import { outputPadding } from '../plain/output-padding.ts'

/** Where windows lie on images: kernel and strides of both directions, pads as ONNX has them. */
export interface Windows {
  kernel: readonly number[]
  strides: readonly number[]
  pads: readonly number[]
}

/**
 * The pixels of each window (im2col): images `[B, C, H, W]` as `[B, C · kernel, height, width]` with the windows' places as the last two axes. A
 * convolution of each channel by filters that pick one pixel each: one launch, whatever the strides and pads, where slices would be one for each pixel.
 */
export function windowsOf(g: GraphBuilder, x: Value, { kernel, strides, pads }: Windows): Value {
  const channels = Number(x.dims[1])
  return g.op('Conv', [x, pickers(g, channels, kernel)], {
    group: int(channels),
    kernel_shape: ints([...kernel]),
    strides: ints([...strides]),
    pads: ints([...pads]),
  })
}

/** The reverse (col2im): what lies over a pixel in all windows is added up there. `size` is the images' height and width. */
export function overlaid(g: GraphBuilder, windows: Value, size: readonly number[], how: Windows): Value {
  const { kernel, strides, pads } = how
  const channels = Number(windows.dims[1]) / (kernel[0]! * kernel[1]!)
  const output = windows.dims.slice(2).map(Number)
  return g.op('ConvTranspose', [windows, pickers(g, channels, kernel)], {
    group: int(channels),
    kernel_shape: ints([...kernel]),
    strides: ints([...strides]),
    pads: ints([...pads]),
    output_padding: ints(outputPadding(size, output, how)),
  })
}

/** Filters `[C · kernel, 1, height, width]`, each 1 at one of the kernel's pixels. */
function pickers(g: GraphBuilder, channels: number, [height = 1, width = 1]: readonly number[]): Value {
  const size = height * width
  const data = new Float32Array(channels * size * size)
  for (let filter = 0; filter < channels * size; filter++) data[filter * size + (filter % size)] = 1
  return g.constant(float32(data, [channels * size, 1, height, width]))
}
