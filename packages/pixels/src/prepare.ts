import { checkPreparation, requireFull } from './check.ts'
import { type Box, type Plane, resized } from './resize.ts'
import type { Preparation, RgbaImage } from './types.ts'

/**
 * The bytes of a picture as a preparation has them: on its background, in its colours, at its size; rows of pixels, interleaved, 0..255.
 * Throws a PixelsError for data that does not fill the picture's size, and for a preparation that is none.
 */
export function prepare(image: RgbaImage, preparation: Preparation): Uint8Array {
  checkPreparation(preparation)
  requireFull(image)
  const { size, resize, color, background } = preparation
  const from = colored(image, color, background)
  const [height, width] = size
  if (resize === 'stretch') return resized(from, whole(from), width, height).pixels
  if (resize === 'cover') return resized(from, covering(from, width, height), width, height).pixels
  const inside = contained(from, width, height)
  const small = resized(from, whole(from), inside.width, inside.height)
  return placed(small, inside, width, height, background)
}

/** Whether red, green and blue are the same in every pixel that can be seen. Throws a PixelsError for data that does not fill the picture's size. */
export function isGrey(image: RgbaImage): boolean {
  requireFull(image)
  const { data } = image
  for (let i = 0; i < data.length; i += 4) {
    if ((data[i] !== data[i + 1] || data[i] !== data[i + 2]) && data[i + 3] !== 0) return false
  }
  return true
}

/** The picture over a grey background; luma by ITU-R BT.601 in 16-bit fixed point, which leaves grey as it is. */
export function colored({ data, width, height }: RgbaImage, color: Preparation['color'], background: number): Plane {
  const channels = color === 'grey' ? 1 : 3
  const pixels = new Uint8Array(width * height * channels)
  for (let i = 0, at = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!
    const red = over(data[i]!, alpha, background)
    const green = over(data[i + 1]!, alpha, background)
    const blue = over(data[i + 2]!, alpha, background)
    if (channels === 1) pixels[at++] = (19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16
    else {
      pixels[at++] = red
      pixels[at++] = green
      pixels[at++] = blue
    }
  }
  return { pixels, width, height, channels }
}

function over(value: number, alpha: number, background: number): number {
  return alpha === 255 ? value : Math.floor((value * alpha + background * (255 - alpha) + 127) / 255)
}

const whole = ({ width, height }: Plane): Box => ({ left: 0, top: 0, width, height })

/** Where a whole picture lies in the new one: as large as fits, in the middle. */
function contained(from: Plane, width: number, height: number): Box {
  const wide = from.width * height >= from.height * width
  const inner = wide
    ? { width, height: Math.max(1, rounded(from.height * width, from.width)) }
    : { width: Math.max(1, rounded(from.width * height, from.height)), height }
  return { ...inner, left: (width - inner.width) >> 1, top: (height - inner.height) >> 1 }
}

/** The middle of a picture that has the new one's aspect, in whole pixels. */
function covering(from: Plane, width: number, height: number): Box {
  const wide = from.width * height >= from.height * width
  const inner = wide
    ? { width: Math.max(1, rounded(from.height * width, height)), height: from.height }
    : { width: from.width, height: Math.max(1, rounded(from.width * height, width)) }
  return { ...inner, left: (from.width - inner.width) >> 1, top: (from.height - inner.height) >> 1 }
}

/** A quotient of integers, rounded half up. */
const rounded = (a: number, b: number): number => Math.floor((2 * a + b) / (2 * b))

function placed(
  { pixels, channels }: Plane,
  inside: Box,
  width: number,
  height: number,
  background: number,
): Uint8Array {
  if (inside.width === width && inside.height === height) return pixels
  const out = new Uint8Array(width * height * channels).fill(background)
  const stride = inside.width * channels
  for (let y = 0; y < inside.height; y++) {
    const to = ((inside.top + y) * width + inside.left) * channels
    out.set(pixels.subarray(y * stride, (y + 1) * stride), to)
  }
  return out
}
