import type { ImageShape } from '../types.ts'

/** Turns pictures that are stored column after column into rows, in place; `shape` is that of the turned pictures. */
export function transpose(pixels: Uint8Array, { height, width, channels, channelOrder }: ImageShape): void {
  // Planes follow each other, so that each is turned by itself.
  const step = channelOrder === 'planar' ? 1 : channels
  const turned = new Uint8Array(height * width * step)
  for (let start = 0; start < pixels.length; start += turned.length) {
    for (let i = 0; i < turned.length; i++) {
      const place = Math.floor(i / step)
      const stored = (place % width) * height + Math.floor(place / width)
      turned[i] = pixels[start + stored * step + (i % step)]!
    }
    pixels.set(turned, start)
  }
}

/** The channel order under which neighbouring pixels differ less, over at most 100 pictures; interleaved where both are equal. */
export function smootherOrder(
  pixels: Uint8Array,
  { height, width, channels }: Omit<ImageShape, 'channelOrder'>,
): ImageShape['channelOrder'] {
  const size = height * width * channels
  const end = Math.min(pixels.length, 100 * size)
  const roughness = (right: number, below: number): number => {
    let sum = 0
    for (let i = 0; i < end; i++) {
      const place = i % size
      if (place + right < size) sum += Math.abs(pixels[i]! - pixels[i + right]!)
      if (place + below < size) sum += Math.abs(pixels[i]! - pixels[i + below]!)
    }
    return sum
  }
  return roughness(1, width) < roughness(channels, width * channels) ? 'planar' : 'interleaved'
}
