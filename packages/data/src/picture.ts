import { pixelCount } from './shape.ts'
import type { ImageShape } from './types.ts'

/** Turns pictures that are stored column after column into rows, in place; `shape` is that of the turned pictures. */
export function transpose(pixels: Uint8Array, shape: ImageShape): void {
  const size = pixelCount(shape)
  const turned = new Uint8Array(size)
  const from = Int32Array.from({ length: size }, (_, place) => storedPlace(place, shape))
  for (let start = 0; start + size <= pixels.length; start += size) {
    for (let place = 0; place < size; place++) turned[place] = pixels[start + from[place]!]!
    pixels.set(turned, start)
  }
}

function storedPlace(place: number, { height, width, channels, channelOrder }: ImageShape): number {
  const planar = channelOrder === 'planar'
  const channel = planar ? Math.floor(place / (height * width)) : place % channels
  const position = planar ? place % (height * width) : Math.floor(place / channels)
  const stored = (position % width) * height + Math.floor(position / width)
  return planar ? channel * height * width + stored : stored * channels + channel
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
