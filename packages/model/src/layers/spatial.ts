import { ModelError } from '../error.ts'
import { describeShape, formatShape, type Shape } from '../shape.ts'
import type { Conv2dLayer, Pool2dLayer } from '../types.ts'
import { windowOf } from '../window.ts'

/** Throws unless the layer is fed an image. */
export function requireImage(input: Shape, at: string): void {
  if (input.length === 3) return
  throw new ModelError(`${at} takes an image, found ${describeShape(input)}. Put it before the image becomes a vector.`)
}

/** Throws unless the layer's window, which its `option` sets, fits into the padded image. */
export function requireRoom(layer: Conv2dLayer | Pool2dLayer, input: Shape, at: string, option: string): void {
  const { kernel, padding } = windowOf(layer, input)
  const [top, left, bottom, right] = padding
  const padded = [input[1]! + top + bottom, input[2]! + left + right]
  if (kernel.every((size, axis) => size <= padded[axis]!)) return
  const around = padding.some((side) => side > 0) ? `, ${formatShape(padded)} with its padding` : ''
  const found = `${at} has a window of ${formatShape(kernel)}, found ${describeShape(input)}${around}`
  throw new ModelError(`${found}. Use a smaller ${option}, padding: 'same', or fewer layers that shrink the image.`)
}
