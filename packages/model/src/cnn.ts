import { anything } from '../../../common/options.ts'
import { check } from './options.ts'
import { architectureOf, type Source } from './source.ts'
import { filterList } from './strict.ts'
import type { Architecture, Conv2dLayer, Layer } from './types.ts'

/**
 * A small convolutional network: a 5×5 convolution, then a 3×3 one for each further entry of `filters` (default
 * `[16, 32, 64]`), relu after each, and one logit a class. Images are halved until the smaller side is 3 to 6 pixels, by
 * pooling after the later convolutions, and by stride 2 in the first and pooling after it where that does not do. Made for
 * images from 8×8 to 64×64: 28×28 gives 5×5/2 – 3×3 – pool – 3×3 – pool. Throws a `ModelError` when `source` has fewer
 * than two classes or `filters` is not a list of positive whole numbers.
 */
export function cnn(source: Source, options: { filters?: readonly number[] } = {}): Architecture {
  check('cnn', options, { filters: anything })
  const filters = filterList(options.filters ?? [16, 32, 64])
  const { strided, pooled } = placeHalvings(halvings(source.shape.height, source.shape.width), filters.length)
  const body = filters.flatMap((count, place): Layer[] => [
    place === 0 ? firstConv(count, strided) : { type: 'conv2d', filters: count, kernelSize: 3, padding: 'same' },
    { type: 'relu' },
    ...(pooled.has(place) ? [{ type: 'maxPool2d' as const, size: 2 }] : []),
  ])
  return architectureOf(source, [...body, { type: 'flatten' }])
}

function firstConv(filters: number, strided: boolean): Conv2dLayer {
  return { type: 'conv2d', filters, kernelSize: 5, ...(strided && { stride: 2 }), padding: 'same' }
}

/** How often an image can be halved without its smaller side going below 3. */
function halvings(height: number, width: number): number {
  let count = 0
  for (let side = Math.min(height, width); side >= 6; side = Math.floor(side / 2)) count++
  return count
}

/**
 * Where to halve. A large image is halved at once, in the first convolution, which spares most of the work; a small one
 * keeps its detail until a pooling.
 */
function placeHalvings(count: number, convolutions: number): { strided: boolean; pooled: Set<number> } {
  const strided = count >= Math.min(convolutions, 3)
  const places = [...Array(convolutions).keys()]
  const order = [...places.slice(1), 0]
  return { strided, pooled: new Set(order.slice(0, count - (strided ? 1 : 0))) }
}
