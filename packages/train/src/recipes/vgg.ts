import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Conv2dLayer, type Layer, linear } from '@pixelrow/model'

/** A convolution whose number of filters is still to be said. */
type Window = Omit<Conv2dLayer, 'type' | 'filters' | 'bias'>

/**
 * A net after Simonyan & Zisserman (2015), for images of any size: stages of two 3×3 convolutions with batch norm and an average
 * pooling, down to one pixel, whose last stages have `filters`. Images of 40 pixels and more are halved by the first convolution; those
 * under 20 keep their size in the first stage, all others lose a pixel at each side, which spares work. 28×28 goes 26, 24, pool 12, 10, 8,
 * pool 4, 2, pool 1; 8×8 goes 8, 8, pool 4, 2, pool 1; 64×64 goes 32, 30, pool 15, 13, 11, pool 5, 3, 1. Without `isNormalized` biases stand in
 * place of batch norm.
 */
export function vgg(
  table: PixelTable,
  filters: readonly [number, ...number[]],
  { isNormalized }: { isNormalized: boolean },
): Architecture {
  const { input, layers: head } = linear(table)
  const stages = stagesOf(Math.min(input.shape.height, input.shape.width))
  const body = stages.flatMap(({ windows, isPooled }, place): Layer[] => {
    const width = filters[Math.max(0, place + filters.length - stages.length)]!
    return [
      ...windows.flatMap((window): Layer[] => [
        { type: 'conv2d', filters: width, ...window, ...(isNormalized && { bias: false }) },
        ...(isNormalized ? [{ type: 'batchNorm' } as const] : []),
        { type: 'relu' },
      ]),
      ...(isPooled ? [{ type: 'averagePool2d', size: 2 } as const] : []),
    ]
  })
  return { input, layers: [...body, ...head] }
}

function stagesOf(side: number): { windows: Window[]; isPooled: boolean }[] {
  const [isSmall, isLarge] = [side < 20, side >= 40]
  const stages: { windows: Window[]; isPooled: boolean }[] = []
  let left = side
  while (left > 1) {
    const isFirst = stages.length === 0
    const windows: Window[] = []
    for (let place = 0; place < 2 && left > 1; place++) {
      if (isFirst && isLarge && place === 0) {
        windows.push({ kernelSize: 6, stride: 2, padding: 2 })
        left >>= 1
      } else if (left >= 3 && !(isFirst && isSmall)) {
        windows.push({ kernelSize: 3 })
        left -= 2
      } else if (left >= 3 || place === 0) {
        windows.push({ kernelSize: 3, padding: 'same' })
      }
    }
    stages.push({ windows, isPooled: left > 1 })
    left >>= 1
  }
  return stages
}
