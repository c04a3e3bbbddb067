import type { ImageShape } from '@pixelrow/model'
import { areFloats, emptyLike } from '../../../common/values.ts'
import { ExportError } from './error.ts'

/** A move of an image by whole pixels, either way; what comes in from outside is 0, and in images of floats what lies at that edge. */
export type Shift = readonly [down: number, right: number]

/** An image as it is and, for a `distance` of 1 pixel or more, moved by it up, down, left and right. */
export function shiftsOf(distance: number): Shift[] {
  if (!Number.isInteger(distance) || distance < 0)
    throw new ExportError(`shift must be a whole number of pixels, 0 or more; found ${distance}.`, {
      code: 'EXPORT_INPUT',
      params: { what: 'shift', expected: 'a whole number of at least 0', found: String(distance) },
    })
  if (distance === 0) return [[0, 0]]
  return [
    [0, 0],
    [-distance, 0],
    [distance, 0],
    [0, -distance],
    [0, distance],
  ]
}

/** Images moved: the values that a merged file makes of them inside. `pixels` holds whole images one after the other. */
export function shiftImages<T extends Uint8Array | Float32Array>(
  pixels: T,
  { height, width, channels, channelOrder }: ImageShape,
  [down, right]: Shift,
): T {
  const planar = channelOrder === 'planar'
  // An image is planes of rows of cells; interleaved, there is one plane whose cells hold all channels.
  const [plane, cell] = planar ? [height * width, 1] : [height * width * channels, channels]
  const moved = emptyLike(pixels, pixels.length)
  const row = width * cell
  if (areFloats(pixels)) {
    const inside = (at: number, size: number) => Math.max(0, Math.min(size - 1, at))
    for (let at = 0; at < pixels.length; at++) {
      const [start, line, within] = [at - (at % plane), Math.floor((at % plane) / row), at % row]
      const column = inside(Math.floor(within / cell) - right, width)
      moved[at] = pixels[start + inside(line - down, height) * row + column * cell + (within % cell)]!
    }
    return moved
  }
  const [from, to] = [Math.max(0, -right) * cell, Math.max(0, right) * cell]
  const length = Math.max(0, row - Math.abs(right) * cell)
  for (let start = 0; start < pixels.length; start += plane) {
    for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
      const source = start + y * row + from
      moved.set(pixels.subarray(source, source + length), start + (y + down) * row + to)
    }
  }
  return moved
}

/** The mean of several models' probabilities of the same rows, as a merged file computes it. Throws an `ExportError` for unequal lengths. */
export function meanProbabilities(all: readonly Float32Array[]): Float32Array {
  const [first] = all
  if (!first || all.some(({ length }) => length !== first.length)) {
    const lengths = all.map(({ length }) => length)
    throw new ExportError(`Expected probabilities of the same rows; found lengths ${lengths}.`, {
      code: 'EXPORT_ROWS',
      params: { lengths },
    })
  }
  const mean = new Float32Array(first.length)
  for (let at = 0; at < mean.length; at++) {
    let sum = 0
    for (const values of all) sum += values[at]!
    mean[at] = sum / all.length
  }
  return mean
}
