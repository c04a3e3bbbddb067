import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Conv2dLayer, type Layer, linear } from '@pixelrow/model'

/**
 * The convolutional net of `fast` and `cnn`, for images of any size: a first convolution that halves images of 24 pixels and more, then a
 * 3×3 convolution without padding and an average pooling for each further entry of `filters`, and the last of them again while 6
 * pixels and more are left. 28×28 goes 14, 12, pool 6, 4, pool 2; 8×8 goes 8, 6, pool 3, 1; 64×64 goes 32, 30, pool 15, 13, pool 6,
 * 4, pool 2. Without padding a net does a good half of the work, and average pooling loses nothing beside the largest value.
 */
export function convnet(table: PixelTable, filters: readonly [number, ...number[]]): Architecture {
  const { input, layers: head } = linear(table)
  let side = Math.min(input.shape.height, input.shape.width)
  const isLarge = side >= 24
  if (isLarge) side = side >> 1
  const layers: Layer[] = [stem(filters[0], isLarge), { type: 'relu' }]
  for (let place = 1; place < filters.length || side >= 6; place++) {
    const width = filters[Math.min(place, filters.length - 1)]!
    layers.push(
      { type: 'conv2d', filters: width, kernelSize: 3, ...(side < 3 && { padding: 'same' }) },
      { type: 'relu' },
    )
    if (side >= 3) side -= 2
    if (side < 2) continue
    layers.push({ type: 'averagePool2d', size: 2 })
    side = side >> 1
  }
  return { input, layers: [...layers, ...head] }
}

/** The first layer sees few channels and most pixels. */
function stem(filters: number, isLarge: boolean): Conv2dLayer {
  return isLarge
    ? { type: 'conv2d', filters, kernelSize: 6, stride: 2, padding: 2 }
    : { type: 'conv2d', filters, kernelSize: 3, padding: 'same' }
}
