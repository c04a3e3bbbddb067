import type { Shape } from './shape.ts'
import type { Conv2dLayer, Padding, Pool2dLayer, Size } from './types.ts'

/** How a convolution or pooling goes over an image, with every number settled. */
export interface Window {
  /** `[height, width]`. */
  kernel: [number, number]
  /** `[vertical, horizontal]`. */
  stride: [number, number]
  /** `[top, left, bottom, right]`, the order of ONNX's `pads`. */
  padding: [number, number, number, number]
  /** `[height, width]` of the output; below 1 where the window is larger than the padded image. */
  output: [number, number]
}

/**
 * Settles a convolution's or pooling's window for an input of `[channels, height, width]`: `same` as numbers, defaults
 * filled in. Windows that reach beyond the padded image are left out: floor((size + padding − kernel) / stride) + 1.
 */
export function windowOf(layer: Conv2dLayer | Pool2dLayer, input: Shape): Window {
  const kernel = pair(layer.type === 'conv2d' ? layer.kernelSize : layer.size)
  const stride = pair(layer.stride ?? (layer.type === 'conv2d' ? 1 : kernel))
  const [height, width] = [input[1]!, input[2]!]
  const padding =
    layer.padding === 'same'
      ? samePadding([height, width], kernel, stride)
      : sides(layer.padding === 'valid' ? 0 : (layer.padding ?? 0))
  const [top, left, bottom, right] = padding
  const along = (size: number, axis: 0 | 1) => Math.floor((size - kernel[axis]) / stride[axis]) + 1
  return { kernel, stride, padding, output: [along(height + top + bottom, 0), along(width + left + right, 1)] }
}

/** A size as height and width. */
export function pair(size: Size): [number, number] {
  return typeof size === 'number' ? [size, size] : [size[0], size[1]]
}

/** A padding in numbers as top, left, bottom and right. */
export function sides(padding: Exclude<Padding, string>): [number, number, number, number] {
  return typeof padding === 'number' ? [padding, padding, padding, padding] : [...padding]
}

type Pair = readonly [number, number]

function samePadding(image: Pair, kernel: Pair, stride: Pair): [number, number, number, number] {
  const missing = ([0, 1] as const).map((axis) => {
    const last = (Math.ceil(image[axis] / stride[axis]) - 1) * stride[axis]
    return Math.max(last + kernel[axis] - image[axis], 0)
  })
  const [top, left] = [Math.floor(missing[0]! / 2), Math.floor(missing[1]! / 2)]
  return [top, left, missing[0]! - top, missing[1]! - left]
}
