import type { ImageShape } from '@pixelrow/data'
import { ownEscape } from './colors.ts'
import type { Palette } from './terminal.ts'

/** One picture of a table. */
export interface Picture {
  /** `height × width × channels` bytes. */
  pixels: Uint8Array
  shape: ImageShape
  maxValue: number
}

/** Red, green and blue, 0..255. */
type Color = readonly [number, number, number]

/** A picture in the size it is drawn in, row after row. */
interface Raster {
  width: number
  height: number
  colors: Color[]
}

/** From black to white, as dark terminals show them. */
const shades = ' .:-=+*#%@'

/** The columns that a picture takes where there are `columns`: one a pixel, more for very small pictures, fewer if they do not fit. */
export function drawnWidth({ width }: ImageShape, columns: number): number {
  return Math.min(columns, width * Math.max(1, Math.floor(16 / width)))
}

/** Draws a picture as lines of `columns` characters, two rows of pixels a line: half-blocks in colour, or shades. */
export function draw(picture: Picture, columns: number, palette: Palette): string[] {
  const raster = resized(picture, columns)
  const lines: string[] = []
  for (let y = 0; y < raster.height; y += 2) {
    const at = (x: number, row: number) => (row < raster.height ? raster.colors[row * columns + x] : undefined)
    const pairs = Array.from({ length: columns }, (_, x) => [at(x, y)!, at(x, y + 1)] as const)
    lines.push(palette === 'none' ? shaded(pairs) : blocks(pairs, palette))
  }
  return lines
}

type Pair = readonly [upper: Color, lower: Color | undefined]

function shaded(pairs: readonly Pair[]): string {
  const character = ([upper, lower = upper]: Pair) => {
    const light = (luminance(upper) + luminance(lower)) / 2
    return shades[Math.min(shades.length - 1, Math.floor((light / 256) * shades.length))]
  }
  return pairs.map(character).join('')
}

/** The upper pixel is the character's colour, the lower its background; a code is written where it changes. */
function blocks(pairs: readonly Pair[], palette: Palette): string {
  let line = ''
  let [front, back] = ['', '']
  for (const [upper, lower] of pairs) {
    const [above, below] = [`38;${code(upper, palette)}`, lower ? `48;${code(lower, palette)}` : '49']
    if (above !== front) line += `${ownEscape}[${above}m`
    if (below !== back) line += `${ownEscape}[${below}m`
    line += '▀'
    ;[front, back] = [above, below]
  }
  return `${line}${ownEscape}[0m`
}

function code(color: Color, palette: Palette): string {
  const bytes = color.map(Math.round)
  return palette === 'full' ? `2;${bytes.join(';')}` : `5;${nearest(bytes)}`
}

/** Of the 256 colours: a grey of 26 where the three are alike, else a place in the cube of 6×6×6. */
function nearest([red = 0, green = 0, blue = 0]: number[]): number {
  if (Math.max(red, green, blue) - Math.min(red, green, blue) < 8) {
    const step = Math.round((green - 8) / 10)
    if (step < 0) return 16
    return step > 23 ? 231 : 232 + step
  }
  // The cube's levels are 0, 95, 135, 175, 215, 255.
  const level = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.round((value - 55) / 40))
  return 16 + 36 * level(red) + 6 * level(green) + level(blue)
}

function luminance([red, green, blue]: Color): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From a row or column of pixels up to another, which is not in it. */
type Span = readonly [from: number, to: number]

/** The picture `width` columns wide, each pixel the mean of what lies under it. */
function resized(picture: Picture, width: number): Raster {
  const { shape } = picture
  const scale = width / shape.width
  const height = Math.max(1, Math.round(shape.height * scale))
  const span = (place: number, count: number, size: number): Span => {
    const from = Math.floor((place * size) / count)
    return [from, Math.max(from + 1, Math.floor(((place + 1) * size) / count))]
  }
  const colors: Color[] = []
  for (let y = 0; y < height; y++) {
    const rows = span(y, height, shape.height)
    for (let x = 0; x < width; x++) colors.push(mean(picture, rows, span(x, width, shape.width)))
  }
  return { width, height, colors }
}

function mean({ pixels, shape, maxValue }: Picture, [top, bottom]: Span, [left, right]: Span) {
  const { height, width, channels, channelOrder } = shape
  const sums = [0, 0, 0]
  const valueAt = (place: number, channel: number) =>
    pixels[channelOrder === 'planar' ? channel * height * width + place : place * channels + channel]!
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const place = y * width + x
      // The fourth channel is how opaque a pixel is; anything but red, green and blue is shown by its first channel, as grey.
      const share = channels === 4 ? valueAt(place, 3) / maxValue : 1
      for (let color = 0; color < 3; color++) sums[color]! += share * valueAt(place, channels < 3 ? 0 : color)
    }
  }
  const count = (bottom - top) * (right - left)
  const byte = (sum: number) => (255 * sum) / count / maxValue
  return [byte(sums[0]!), byte(sums[1]!), byte(sums[2]!)] as const
}
