import { ModelError } from '../error.ts'
import { describeShape, formatShape, type Shape } from '../shape.ts'
import type { Conv2dLayer, Pool2dLayer } from '../types.ts'
import { windowOf } from '../window.ts'

/** Throws unless the layer is fed an image. */
export function requireImage(input: Shape, at: string): void {
  if (input.length === 3) return
  const found = describeShape(input)
  const message = `${at} takes an image, found ${found}. Put it before the image becomes a vector.`
  throw new ModelError('MODEL_SHAPE_UNFIT', message, { params: { expected: 'an image', found } })
}

/** Throws unless the layer's window, which its `option` sets, fits into the padded image. */
export function requireRoom(layer: Conv2dLayer | Pool2dLayer, input: Shape, at: string, option: string): void {
  const { kernel, padding } = windowOf(layer, input)
  const [top, left, bottom, right] = padding
  const padded = [input[1]! + top + bottom, input[2]! + left + right]
  if (kernel.every((size, axis) => size <= padded[axis]!)) return
  const around = padding.some((side) => side > 0) ? `, ${formatShape(padded)} with its padding` : ''
  const [expected, found] = [`a window of ${formatShape(kernel)}`, `${describeShape(input)}${around}`]
  const advice = `Use a smaller ${option}, padding: 'same', or fewer layers that shrink the image.`
  const params = { expected, found, option }
  throw new ModelError('MODEL_SHAPE_UNFIT', `${at} has ${expected}, found ${found}. ${advice}`, { params })
}
