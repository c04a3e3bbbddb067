/** What each new pixel along one axis is made of: old pixels from `start[i]` on, with the weights `weights[i × taps …]`, over `sum`. */
interface Axis {
  start: Int32Array
  weights: Float64Array
  /** Weights of each new pixel; those behind the last old pixel are 0. */
  taps: number
  /** Of the weights of each new pixel. */
  sum: number
}

/** Part of a picture, in whole pixels. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Interleaved bytes with their size. */
export interface Plane {
  pixels: Uint8Array
  width: number
  height: number
  channels: number
}

/**
 * A part of a picture at another size: along each axis the mean of the area where it shrinks, bilinear (pixel centres, edges repeated) where it grows.
 * Weights are integers and sums stay below 2⁵³, so every pixel is the exact quotient, rounded half up: the same bits on every machine.
 */
export function resized(from: Plane, box: Box, width: number, height: number): Plane {
  const { channels } = from
  if (box.width === width && box.height === height) return { pixels: cropped(from, box), width, height, channels }
  const across = axis(box.width, width)
  const down = axis(box.height, height)
  const rows = sumsAcross(from, box, across)
  return { pixels: quotientsDown(rows, down, box.height, width * channels, across.sum), width, height, channels }
}

function axis(from: number, to: number): Axis {
  return to < from ? areas(from, to) : between(from, to)
}

/** New pixel i covers i·from to (i+1)·from, counted in units of which an old pixel has `to`. */
function areas(from: number, to: number): Axis {
  const taps = Math.ceil(from / to) + 1
  const start = new Int32Array(to)
  const weights = new Float64Array(to * taps)
  for (let i = 0; i < to; i++) {
    const [low, high] = [i * from, (i + 1) * from]
    const first = Math.floor(low / to)
    start[i] = first
    for (let k = 0; k < taps; k++) {
      const overlap = Math.min(high, (first + k + 1) * to) - Math.max(low, (first + k) * to)
      weights[i * taps + k] = Math.max(0, overlap)
    }
  }
  return { start, weights, taps, sum: from }
}

/** The centre of new pixel i lies at ((2i+1)·from − to) / 2to, counted in old pixels from the centre of the first. */
function between(from: number, to: number): Axis {
  const start = new Int32Array(to)
  const weights = new Float64Array(to * 2)
  for (let i = 0; i < to; i++) {
    const place = Math.min(Math.max((2 * i + 1) * from - to, 0), (from - 1) * 2 * to)
    start[i] = Math.floor(place / (2 * to))
    weights[2 * i + 1] = place - start[i]! * 2 * to
    weights[2 * i] = 2 * to - weights[2 * i + 1]!
  }
  return { start, weights, taps: 2, sum: 2 * to }
}

/** Weighted sums along every row of the box. */
function sumsAcross({ pixels, width, channels }: Plane, box: Box, { start, weights, taps }: Axis): Float64Array {
  const to = start.length
  const sums = new Float64Array(box.height * to * channels)
  for (let y = 0, at = 0; y < box.height; y++) {
    const row = ((box.top + y) * width + box.left) * channels
    for (let i = 0; i < to; i++) {
      const count = Math.min(taps, box.width - start[i]!)
      for (let channel = 0; channel < channels; channel++, at++) {
        let [sum, p] = [0, row + start[i]! * channels + channel]
        for (let k = 0; k < count; k++, p += channels) sum += weights[i * taps + k]! * pixels[p]!
        sums[at] = sum
      }
    }
  }
  return sums
}

/** Weighted sums down every column, divided by all weights. */
function quotientsDown(
  rows: Float64Array,
  { start, weights, taps, sum }: Axis,
  height: number,
  stride: number,
  before: number,
): Uint8Array {
  const whole = sum * before
  const pixels = new Uint8Array(start.length * stride)
  for (let i = 0, at = 0; i < start.length; i++) {
    const count = Math.min(taps, height - start[i]!)
    for (let x = 0; x < stride; x++, at++) {
      let [total, p] = [0, start[i]! * stride + x]
      for (let k = 0; k < count; k++, p += stride) total += weights[i * taps + k]! * rows[p]!
      // Exact: the quotient is below 256, and nothing below 2⁵³ rounds up to a whole number that it is not.
      pixels[at] = Math.floor((2 * total + whole) / (2 * whole))
    }
  }
  return pixels
}

function cropped({ pixels, width, channels }: Plane, box: Box): Uint8Array {
  if (box.width === width) return pixels.slice(box.top * width * channels, (box.top + box.height) * width * channels)
  const part = new Uint8Array(box.width * box.height * channels)
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * width + box.left) * channels
    part.set(pixels.subarray(start, start + box.width * channels), y * box.width * channels)
  }
  return part
}
