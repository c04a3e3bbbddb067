import { check, requireFull, sizeRule } from './check.ts'
import { colored } from './prepare.ts'
import { type Box, type Plane, resized } from './resize.ts'
import type { RgbaImage } from './types.ts'

/** MNIST's digits are 20 pixels high or wide in pictures of 28. */
const SHARE = 20 / 28

/**
 * A drawing or photograph of one digit in MNIST's form: bright ink on black, its box scaled to 20 of 28 pixels with its proportions kept, its centre of
 * mass in the middle. Ink is what differs from the edge of the picture, whether darker or brighter; a picture without any gives zeros.
 * `size` is height and width, default 28 × 28. Returns one grey byte 0..255 a pixel. Throws a PixelsError for data that does not fill the picture's size.
 * After LeCun et al., the MNIST database; the threshold is Otsu's (1979).
 */
export function digit(image: RgbaImage, options: { size?: readonly [height: number, width: number] } = {}): Uint8Array {
  check('digit', options, { size: sizeRule })
  requireFull(image)
  const [height, width] = options.size ?? [28, 28]
  const plane = inked(colored(image, 'grey', paper(image)))
  const box = boxOf(plane)
  const out = new Uint8Array(height * width)
  if (!box) return out
  const scale = (SHARE * Math.min(height, width)) / Math.max(box.height, box.width)
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const small = resized(plane, box, side(box.width), side(box.height))
  put(small, out, height, width)
  return out
}

/** What goes behind transparent pixels: black behind bright strokes, white behind dark ones. */
function paper({ data }: RgbaImage): number {
  let [light, weight] = [0, 0]
  for (let i = 0; i < data.length; i += 4) {
    light += data[i + 3]! * (data[i]! + data[i + 1]! + data[i + 2]!)
    weight += 3 * data[i + 3]!
  }
  return light > 127.5 * weight ? 0 : 255
}

/** How far each pixel is from the paper's brightness: 0 up to a quarter of Otsu's threshold, 255 from the strongest tenth of the ink on. */
function inked(grey: Plane): Plane {
  const edge = median(edgeOf(grey))
  let [least, most] = [255, 0]
  for (const value of grey.pixels) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const sign = edge - least > most - edge ? -1 : 1
  const away = grey.pixels.map((value) => Math.max(0, sign * (value - edge)))
  const split = otsu(away)
  const ink = strongest(away, split)
  const floor = split >> 2
  const stretch = (value: number) =>
    value <= floor ? 0 : Math.min(255, Math.round((255 * (value - floor)) / (ink - floor)))
  const table = Uint8Array.from({ length: 256 }, (_, value) => stretch(value))
  return { ...grey, pixels: away.map((value) => table[value]!) }
}

/** The pixels of the first and last rows and columns. */
function edgeOf({ pixels, width, height }: Plane): Uint8Array {
  return pixels.filter((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    return x === 0 || y === 0 || x === width - 1 || y === height - 1
  })
}

const median = (values: Uint8Array): number => values.sort()[values.length >> 1]!

/** What nine tenths of the ink do not exceed: a single glint is not the measure. */
function strongest(values: Uint8Array, split: number): number {
  const ink = values.filter((value) => value > split).sort()
  return ink[Math.floor(0.9 * ink.length)] ?? split + 1
}

/** The value that parts the two groups of pixels best: most variance between them. */
function otsu(values: Uint8Array): number {
  const counts = new Float64Array(256)
  let total = 0
  for (const value of values) {
    counts[value]!++
    total += value
  }
  let [best, split, below, sum] = [-1, 0, 0, 0]
  for (let value = 0; value < 255; value++) {
    below += counts[value]!
    sum += value * counts[value]!
    const above = values.length - below
    if (below === 0 || above === 0) continue
    const between = below * above * (sum / below - (total - sum) / above) ** 2
    if (between > best) [best, split] = [between, value]
  }
  return split
}

/** The smallest box around all that is ink. */
function boxOf({ pixels, width, height }: Plane): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === 0) continue
    const [x, y] = [i % width, Math.floor(i / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = y
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 }
}

/** Puts a picture so that its centre of mass is in the pixel right and below of the middle, as in every digit of MNIST, and all of it is seen. */
function put(small: Plane, out: Uint8Array, height: number, width: number): void {
  let [mass, across, down] = [0, 0, 0]
  for (let i = 0; i < small.pixels.length; i++) {
    const value = small.pixels[i]!
    mass += value
    across += value * ((i % small.width) + 0.5)
    down += value * (Math.floor(i / small.width) + 0.5)
  }
  const place = (middle: number, centre: number, room: number) =>
    Math.min(Math.max(0, Math.ceil(middle - centre)), room)
  const left = place(width / 2, across / mass, width - small.width)
  const top = place(height / 2, down / mass, height - small.height)
  for (let y = 0; y < small.height; y++) {
    out.set(small.pixels.subarray(y * small.width, (y + 1) * small.width), (top + y) * width + left)
  }
}
