import { DataError } from '../error.ts'
import { tell } from '../note.ts'
import { formatShape, pixelCount } from '../shape.ts'
import type { ImageShape, PixelValues, ReadOptions, ShapeOption } from '../types.ts'

/** Sides of usual pictures, as ratios: squares, then those that lie or stand. */
const RATIOS = [
  [1, 1],
  [3, 4],
  [2, 3],
  [9, 16],
  [1, 2],
  [4, 5],
] as const
/** Nobody has smaller pictures that are no squares, and of fewer pixels smoothness says little. */
const LEAST_SIDE = 8
/** A reading that is so many times smoother than another is clearly the right one of both; one that is so many times rougher is out of the question. */
const [CLEAR, HOPELESS] = [1.3, 2]
/** Pixels that are looked at. */
const LOOK = 1 << 20

/** A shape and an order of channels that rows may be read in. */
export interface Reading extends ImageShape {
  /** By how much neighbouring pixels of a channel differ in the mean, across or down, whichever is more. */
  roughness: number
}

/**
 * The usual shapes that so many pixels make, squares first: grey and RGB squares of any size, RGBA squares, and grey and RGB pictures whose sides
 * are as 3 to 4, 2 to 3, 9 to 16, 1 to 2 or 4 to 5, with sides from 8 pixels on. `channels` tells how many there are, where that is known.
 */
export function shapesOf(pixels: number, channels?: number): ShapeOption[] {
  const found: ShapeOption[] = []
  for (const [a, b] of RATIOS) {
    for (const count of channels ? [channels] : [1, 3, 4]) {
      const unit = Math.sqrt(pixels / (count * a * b))
      const isSquare = a === b
      const isUsual = isSquare ? count < 4 || channels || unit >= LEAST_SIDE : count < 4 && a * unit >= LEAST_SIDE
      if (unit < 1 || !Number.isInteger(unit) || !isUsual) continue
      found.push({ height: a * unit, width: b * unit, channels: count })
      if (!isSquare) found.push({ height: b * unit, width: a * unit, channels: count })
    }
  }
  return found
}

/** What decides between several shapes. */
export interface Evidence {
  file: string
  pixels: PixelValues
  /** The order of channels, where it is known. */
  order: ImageShape['channelOrder'] | undefined
  /** Pictures are stored column after column. */
  isTurned: boolean | undefined
  onNote: ReadOptions['onNote']
}

/**
 * Of several shapes the one under which the pictures are clearly smoother than under any other. A grey square, which most tables hold, stays one
 * unless another shape is clearly smoother. Throws a DataError with all of them as data where none is.
 */
export function clearest(shapes: readonly ShapeOption[], evidence: Evidence): ShapeOption {
  const usual = shapes[0]!
  if (shapes.length === 1) return usual
  const readings = shapes.flatMap((shape) => readingsOf(shape, evidence)).sort((a, b) => a.roughness - b.roughness)
  const best = readings[0]!
  const next = readings.find((reading) => !sameSize(reading, best))!
  const isUsual = usual.channels === 1 && usual.height === usual.width
  const stays = readings.some((reading) => sameSize(reading, usual) && reading.roughness <= CLEAR * best.roughness)
  if (isUsual && stays) return usual
  if (next.roughness === 0 || next.roughness < CLEAR * best.roughness) unclear(readings, evidence.file)
  const times = best.roughness > 0 ? `${(next.roughness / best.roughness).toFixed(1)} times ` : ''
  const than = `${times}smoother than as ${formatShape(next)}`
  tell(evidence.onNote, `images taken as ${formatShape(best)}: the pictures are ${than}`, 'shape')
  return shapes.find((shape) => sameSize(shape, best))!
}

const sameSize = (a: ShapeOption, b: ShapeOption): boolean => formatShape(a) === formatShape(b)

function unclear(readings: Reading[], file: string): never {
  const pixels = pixelCount(readings[0]!)
  const likely = readings.filter(({ roughness }) => roughness <= HOPELESS * readings[0]!.roughness)
  const names = [...new Set(likely.map(formatShape))]
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  const problem = `${pixels} pixels may be images of ${list}, and none is clearly smoother than the others`
  const candidates = likely.map(({ roughness, ...shape }) => ({ shape, roughness }))
  const [params, found, advice] = [{ pixels, candidates }, `${pixels} pixels`, 'Pass the shape.']
  throw new DataError({ code: 'DATA_SHAPE_UNCLEAR', params, file, problem, found, advice })
}

/** A shape under each order of channels that it may have. */
function readingsOf(shape: ShapeOption, { pixels, order, isTurned }: Evidence): Reading[] {
  const size = { channels: 1, ...shape }
  const seen = isTurned ? { ...size, height: size.width, width: size.height } : size
  const orders =
    size.channels === 1 ? (['interleaved'] as const) : order ? [order] : (['interleaved', 'planar'] as const)
  return orders.map((channelOrder) => ({
    ...size,
    channelOrder,
    roughness: roughness(pixels, { ...seen, channelOrder }),
  }))
}

/** The channel order under which the pictures are smoother; interleaved where both are alike. */
export function smootherOrder(pixels: PixelValues, size: Omit<ImageShape, 'channelOrder'>): ImageShape['channelOrder'] {
  const under = (channelOrder: ImageShape['channelOrder']) => roughness(pixels, { ...size, channelOrder })
  return under('planar') < under('interleaved') ? 'planar' : 'interleaved'
}

/**
 * By how much neighbouring pixels of a channel differ in the mean, across or down, whichever is more: a wrong width is smooth across, and a wrong
 * number of channels is where they are alike. At most 100 pictures are looked at, evenly chosen.
 */
function roughness(pixels: PixelValues, shape: ImageShape): number {
  const { height, width } = shape
  const [planes, depth] = shape.channelOrder === 'planar' ? [shape.channels, 1] : [1, shape.channels]
  const [size, line] = [pixelCount(shape), width * depth]
  const rows = pixels.length / size
  const count = Math.min(rows, Math.max(1, Math.min(100, Math.floor(LOOK / size))))
  let [across, down] = [0, 0]
  for (let i = 0; i < count; i++) {
    const first = Math.floor((i * rows) / count) * size
    for (let start = first; start < first + size; start += line) {
      const isLast = ((start - first) / line + 1) % height === 0
      for (let at = start; at < start + line; at++) {
        if (at + depth < start + line) across += Math.abs(pixels[at]! - pixels[at + depth]!)
        if (!isLast) down += Math.abs(pixels[at]! - pixels[at + line]!)
      }
    }
  }
  const lines = count * planes * depth
  return Math.max(across / (lines * height * Math.max(1, width - 1)), down / (lines * width * Math.max(1, height - 1)))
}
