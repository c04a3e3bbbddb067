import { emptyLike } from '../../../../common/values.ts'
import type { ImageShape, PixelValues } from '../types.ts'

/** Turns pictures that are stored column after column into rows, in place; `shape` is that of the turned pictures. */
export function transpose(pixels: PixelValues, { height, width, channels, channelOrder }: ImageShape): void {
  // Planes follow each other, so that each is turned by itself.
  const step = channelOrder === 'planar' ? 1 : channels
  const turned = emptyLike(pixels, height * width * step)
  for (let start = 0; start < pixels.length; start += turned.length) {
    for (let i = 0; i < turned.length; i++) {
      const place = Math.floor(i / step)
      const stored = (place % width) * height + Math.floor(place / width)
      turned[i] = pixels[start + stored * step + (i % step)]!
    }
    pixels.set(turned, start)
  }
}
