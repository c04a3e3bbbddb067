import type { ModelDescription } from '@pixelrow/classifier'

/** Rows to compare devices by, where the images are small. */
const MOST_ROWS = 1000

/** Pixels to compare devices by: a network of large images takes long for each of them. */
const MOST_PIXELS = 2 ** 22

/** How many rows devices are compared by: 1,000, of large images fewer (of 224×224×3, 27). */
export function sampleRows({ shape }: ModelDescription): number {
  const size = shape.height * shape.width * shape.channels
  return Math.max(16, Math.min(MOST_ROWS, Math.floor(MOST_PIXELS / size)))
}

/**
 * So many rows in the model's range, always the same: noise in patches of 1, 2 or 4 pixels on an empty ground, from few patches to nothing but patches, so that a
 * network says different things of them.
 */
export function samplePixels({ shape, maxValue, dataType }: ModelDescription, rows: number): Uint8Array {
  const { width, channels } = shape
  const size = shape.height * width * channels
  const pixels = dataType ? new Float32Array(rows * size) : new Uint8Array(rows * size)
  for (let row = 0; row < rows; row++) {
    const [patch, share] = [row % 3, hash(row) * 0.9 + 0.1]
    for (let at = 0; at < size; at++) {
      const place = Math.floor(at / channels)
      const [x, y] = [(place % width) >> patch, Math.floor(place / width) >> patch]
      const key = ((row * 8191 + y) * 8191 + x) * 5 + (at % channels)
      if (hash(key) < share)
        pixels[row * size + at] = dataType ? hash(key + 0.5) : Math.ceil(hash(key + 0.5) * maxValue)
    }
  }
  return new Uint8Array(pixels.buffer)
}

/** A number from 0 up to 1 that looks like chance. */
function hash(key: number): number {
  let bits = Math.imul((key * 2) | 0, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}
