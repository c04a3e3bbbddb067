import { isA } from '../../../../common/kinds.ts'
import { anything, flag, number, type Rules, whole } from '../../../../common/options.ts'
import { areFloats, emptyLike } from '../../../../common/values.ts'
import { checkPictures } from '../check.ts'
import { atLeastZero, check, checkValue, word } from '../options.ts'
import { streams, threefry, words } from '../random.ts'
import { pixelCount } from '../shape.ts'
import type { ImageShape, PixelValues } from '../types.ts'
import { elasticField, type Field } from './elastic.ts'

/** How far pictures may be moved and bent; what is left out or 0 does not happen. */
export interface AugmentOptions {
  /** Row number in the table of each picture (`batch.source`); decides its random numbers. Default 0, 1, 2, … */
  rows?: ArrayLike<number>
  /** Default 0. */
  seed?: number
  /** Default 0. */
  epoch?: number
  /** Furthest shift in pixels, each way. */
  shift?: number
  /** Largest rotation in degrees, either way: 0..180. */
  rotation?: number
  /** Largest change of size, 0..0.9: 0.1 is 90 % to 110 %. */
  scale?: number
  /** Largest slope of what was upright: 0.2 moves the top of a picture of 28 rows by 2.8 pixels either way. */
  shear?: number
  /** Furthest that a point of the elastic grid moves, in pixels, each way. */
  elastic?: number
  /** Mirrors half of the pictures left to right, which suits pictures of things, but no glyphs. Default false. */
  flip?: boolean
  /** Cells of the elastic grid along each side; more make finer waves. Default 4. */
  grid?: number
  /** Value of pixels from outside the picture: of bytes 0..255, of floats any number up to 255. Default 0. */
  background?: number
  /** Where to write; may not be the input. Default a new array. */
  out?: PixelValues
}

/** From a place in the new picture to the place in the old one: `x = a·u + b·v + e`, `y = c·u + d·v + f`. */
interface Affine {
  a: number
  b: number
  c: number
  d: number
  e: number
  f: number
}

const ONE = 65_536

/**
 * Shifts, turns, resizes, slants and bends each picture of a batch at random about its centre (bilinear; pixels from outside are background).
 * A picture's numbers depend on (seed, epoch, row) alone, so batch size, order and threads change nothing, and every engine computes the same bytes.
 * Throws a DataError for options that are none, and for pixels that do not fill pictures of the shape, of 4096 × 4096 pixels at most.
 * The elastic grid follows Simard, Steinkraus and Platt, "Best practices for convolutional neural networks", 2003, with B-splines for the smoothing.
 */
export function augment<T extends PixelValues>(pixels: T, shape: ImageShape, options: AugmentOptions = {}): T {
  const count = checkPictures(pixels, shape, 'augment')
  checkOptions(pixels, shape, count, options)
  const size = pixelCount(shape)
  const { rows, seed = 0, epoch = 0, elastic = 0, grid = 4, background = 0, flip = false } = options
  const out = (options.out as T | undefined) ?? emptyLike(pixels, pixels.length)
  const field = elastic > 0 ? elasticField(shape, grid) : undefined
  const plane = emptyLike<PixelValues>(pixels, (shape.height + 2) * (shape.width + 2)).fill(background)
  const draw = drawsFrom(seed, epoch)
  for (let picture = 0; picture < count; picture++) {
    draw.start(rows ? rows[picture]! : picture)
    const affine = randomAffine(options, shape, draw.next)
    field?.bend(elastic, draw.next)
    if (flip && draw.next() < 0) mirror(affine, shape)
    for (let channel = 0; channel < shape.channels; channel++) {
      const [start, step] = channelAt(shape, picture * size, channel)
      framed(pixels, start, step, shape, plane)
      resample(plane, out, start, step, shape, affine, field, background)
    }
  }
  return out
}

/** Where a channel of the picture at `start` begins, and the distance between its pixels. */
function channelAt(
  { height, width, channels, channelOrder }: ImageShape,
  start: number,
  channel: number,
): [number, number] {
  return channelOrder === 'planar' ? [start + channel * height * width, 1] : [start + channel, channels]
}

/** Copies one channel into the middle of a plane that has a frame of background one pixel wide. */
function framed(
  pixels: PixelValues,
  start: number,
  step: number,
  { height, width }: ImageShape,
  plane: PixelValues,
): void {
  for (let v = 0, from = start, to = width + 3; v < height; v++, to += 2) {
    for (let u = 0; u < width; u++, from += step, to++) plane[to] = pixels[from]!
  }
}

/** What does not depend on the pictures. */
const augmentRules = (): Rules<AugmentOptions> => ({
  rows: anything,
  seed: word,
  epoch: word,
  shift: atLeastZero,
  rotation: number({ least: 0, most: 180 }),
  scale: number({ least: 0, most: 0.9 }),
  shear: atLeastZero,
  elastic: atLeastZero,
  flip: flag,
  grid: whole(1),
  background: number({ most: 255 }),
  out: anything,
})

function checkOptions(pixels: PixelValues, shape: ImageShape, count: number, options: AugmentOptions): void {
  check('augment', options, augmentRules())
  const { rows, out, background } = options
  const floats = areFloats(pixels)
  if (!floats) checkValue('augment', 'background', background ?? 0, whole(0, { most: 255 }))
  const isRow = (row: number) => word(row) === undefined
  const fits = rows === undefined || (rows.length === count && Array.from(rows).every(isRow))
  if (!fits) checkValue('augment', 'rows', rows, () => `a row number for each of ${count} pictures`)
  const kind = floats ? 'Float32Array' : 'Uint8Array'
  const isOut = out === undefined || (isA(out, kind) && out.length >= pixels.length && out !== pixels)
  if (!isOut)
    checkValue(
      'augment',
      'out',
      out,
      () => `another ${kind} of at least ${pixels.length} ${floats ? 'floats' : 'bytes'}`,
    )
  for (const side of [shape.height, shape.width]) checkValue('augment', 'each side', side, whole(1, { most: 4096 }))
}

/** Random numbers in [-1, 1), one after the other, from a key of its own for each row. */
function drawsFrom(seed: number, epoch: number): { start(row: number): void; next(): number } {
  let [key0, key1, counter, spare, have] = [0, 0, 0, 0, false]
  return {
    start(row) {
      threefry(seed, streams.augment, epoch, row)
      key0 = words[0]!
      key1 = words[1]!
      counter = 0
      have = false
    },
    next() {
      have = !have
      if (!have) return spare
      threefry(key0, key1, counter++, 0)
      spare = words[1]! / 2 ** 31 - 1
      return words[0]! / 2 ** 31 - 1
    },
  }
}

/** The inverse of: slant, turn, resize about the centre, then shift. */
function randomAffine(options: AugmentOptions, { height, width }: ImageShape, draw: () => number): Affine {
  const { shift = 0, rotation = 0, scale = 0, shear = 0 } = options
  const [right, down] = [shift * draw(), shift * draw()]
  const [sin, cos] = sineAndCosine((rotation * draw() * Math.PI) / 180)
  const size = 1 + scale * draw()
  const slant = shear * draw()
  const a = (cos + slant * sin) / size
  const b = (sin - slant * cos) / size
  const c = -sin / size
  const d = cos / size
  const [x, y] = [(width - 1) / 2, (height - 1) / 2]
  return { a, b, c, d, e: x - a * (x + right) - b * (y + down), f: y - c * (x + right) - d * (y + down) }
}

/** Puts the new picture's columns in the other order. */
function mirror(affine: Affine, { width }: ImageShape): void {
  const { a, c } = affine
  affine.e += a * (width - 1)
  affine.f += c * (width - 1)
  affine.a = -a
  affine.c = -c
}

/** By their series, out of additions and products alone: engines' own sine and cosine may differ in the last bit. */
export function sineAndCosine(angle: number): [number, number] {
  const square = angle * angle
  let [sine, cosine] = [0, 0]
  for (let k = 12; k >= 0; k--) {
    sine = 1 - (square * sine) / ((2 * k + 2) * (2 * k + 3))
    cosine = 1 - (square * cosine) / ((2 * k + 1) * (2 * k + 2))
  }
  return [angle * sine, cosine]
}

/** Fills one channel with what lies at each pixel's old place in a framed plane, in 16.16 fixed point. */
function resample(
  plane: PixelValues,
  out: PixelValues,
  start: number,
  step: number,
  { height, width }: ImageShape,
  { a, b, c, d, e, f }: Affine,
  field: Field | undefined,
  background: number,
): void {
  const stride = width + 2
  const floats = areFloats(plane)
  const [stepX, stepY] = [Math.round(a * ONE), Math.round(c * ONE)]
  for (let v = 0, at = start, i = 0; v < height; v++) {
    // One more than the place, because of the frame.
    let x = Math.round((b * v + e + 1) * ONE)
    let y = Math.round((d * v + f + 1) * ONE)
    for (let u = 0; u < width; u++, i++, at += step, x += stepX, y += stepY) {
      const sx = field ? x + field.x[i]! : x
      const sy = field ? y + field.y[i]! : y
      const column = sx >> 16
      const row = sy >> 16
      if (column >>> 0 > width || row >>> 0 > height) {
        out[at] = background
        continue
      }
      const p = row * stride + column
      const q = p + stride
      const fraction = (sx >> 8) & 255
      if (floats) {
        const top = plane[p]! + ((plane[p + 1]! - plane[p]!) * fraction) / 256
        const bottom = plane[q]! + ((plane[q + 1]! - plane[q]!) * fraction) / 256
        out[at] = top + ((bottom - top) * ((sy >> 8) & 255)) / 256
        continue
      }
      const top = (plane[p]! << 8) + (plane[p + 1]! - plane[p]!) * fraction
      const bottom = (plane[q]! << 8) + (plane[q + 1]! - plane[q]!) * fraction
      out[at] = ((top << 8) + (bottom - top) * ((sy >> 8) & 255) + 32_768) >> 16
    }
  }
}
