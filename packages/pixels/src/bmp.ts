import { sizeOfBmp } from './size.ts'
import type { RgbaImage } from './types.ts'

// Windows bitmaps, which sharp does not read and browsers read differently: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage. Strict: what the file
// says must fit what it has.

/** What the headers of a bitmap say. */
interface Head {
  width: number
  height: number
  /** The first row is the upper one. */
  isTopDown: boolean
  bits: number
  compression: number
  /** Where the pixels begin. */
  start: number
  /** Red, green, blue and alpha of each colour that pixels are numbers of. */
  palette: Uint8Array
  /** The bits of red, green, blue and alpha in a pixel of 16 or 32 bits. */
  masks: readonly number[]
}

/** Where a header's fields begin: behind the file's own header of 14 bytes. */
const INFO = 14
/** IBM's first header, which has a size of 16 bits; then Microsoft's, and IBM's second one. */
const [CORE, HEADERS] = [12, [12, 40, 52, 56, 64, 108, 124]]
const [RGB, RLE8, RLE4, FIELDS, ALPHA_FIELDS] = [0, 1, 2, 3, 6]
/** What each packing is for. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [RGB]: [1, 4, 8, 16, 24, 32],
  [RLE8]: [8],
  [RLE4]: [4],
  [FIELDS]: [16, 32],
  [ALPHA_FIELDS]: [16, 32],
}
/** The masks of pixels that bring none. */
const USUAL: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
}

/** Decodes a whole Windows bitmap of 1, 4, 8, 16, 24 or 32 bits, also run-length packed or with fields of bits. Throws where the file is damaged. */
export function decodeBmp(bytes: Uint8Array): RgbaImage {
  const head = headOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const { width, height, compression } = head
  const data = new Uint8Array(4 * width * height)
  if (compression === RLE8 || compression === RLE4) unpackRuns(bytes, head, data)
  else if (head.bits <= 8) unpackNumbers(bytes, head, data)
  else unpackColours(bytes, head, data)
  return { data, width, height }
}

function headOf(view: DataView): Head {
  const size = view.byteLength < INFO + CORE ? 0 : view.getUint32(INFO, true)
  if (view.byteLength < INFO + size || size === 0) throw new Error('cut short')
  if (!HEADERS.includes(size)) throw new Error(`a header of ${size} bytes`)
  const isCore = size === CORE
  const [width, height] = sizeOfBmp(view)!
  const bits = view.getUint16(isCore ? 24 : 28, true)
  const compression = isCore ? RGB : view.getUint32(30, true)
  // IBM's second header has other packings by the same numbers.
  if (!DEPTHS[compression] || (size === 64 && compression > RLE4))
    throw new Error(`a packing that is not read (${compression})`)
  if (!DEPTHS[compression].includes(bits)) throw new Error(`${bits} bits a pixel, packed by ${compression}`)
  if (width < 1 || height < 1 || width >= 2 ** 31) throw new Error(`${width} × ${height} pixels`)
  const isTopDown = !isCore && view.getInt32(22, true) < 0
  if (isTopDown && (compression === RLE8 || compression === RLE4)) throw new Error('runs from the top down')
  const start = view.getUint32(10, true)
  const fields = size === 40 ? ({ [FIELDS]: 12, [ALPHA_FIELDS]: 16 }[compression] ?? 0) : 0
  const end = INFO + size + fields
  if (start < end) throw new Error(`pixels from byte ${start}, in its header`)
  if (start > view.byteLength) throw new Error('cut short')
  const masks = bits === 16 || bits === 32 ? masksOf(view, { size, bits, compression }) : []
  return {
    width,
    height,
    isTopDown,
    bits,
    compression,
    start,
    palette: paletteOf(view, { isCore, bits, end, start }),
    masks,
  }
}

function masksOf(
  view: DataView,
  { size, bits, compression }: { size: number; bits: number; compression: number },
): readonly number[] {
  if (compression === RGB) return USUAL[bits]!
  // Behind the fields of the older header, in the place that they have within the newer ones.
  const hasAlpha = compression === ALPHA_FIELDS || size >= 56
  const masks = [54, 58, 62, 66].map((at, i) => (i < 3 || hasAlpha ? view.getUint32(at, true) : 0))
  const isField = (mask: number) => {
    const low = mask === 0 ? 0 : mask / (mask & -mask)
    return mask < 2 ** bits && ((Math.abs(low) + 1) & Math.abs(low)) === 0
  }
  const isApart = masks.every((mask, i) => masks.every((other, j) => i === j || (mask & other) === 0))
  if (!masks.every(isField) || !isApart) throw new Error('colours whose bits overlap or have gaps')
  return masks
}

function paletteOf(
  view: DataView,
  { isCore, bits, end, start }: { isCore: boolean; bits: number; end: number; start: number },
): Uint8Array {
  if (bits > 8) return new Uint8Array(0)
  const entry = isCore ? 3 : 4
  const used = isCore ? 0 : view.getUint32(46, true)
  // Writers of few colours may leave out how many they are.
  const count = Math.min(used || 2 ** bits, 2 ** bits, Math.floor((start - end) / entry))
  const palette = new Uint8Array(4 * count)
  for (let i = 0; i < count; i++) {
    const at = end + entry * i
    palette.set([view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at), 255], 4 * i)
  }
  return palette
}

/** Calls back for each row with where its bytes are, and where its pixels go; rows are filled up to four bytes. */
function eachRow(
  bytes: Uint8Array,
  { width, height, bits, start, isTopDown }: Head,
  row: (from: number, to: number) => void,
): void {
  const line = Math.ceil((width * bits) / 8)
  const step = 4 * Math.ceil(line / 4)
  // Some writers leave out what the last row would be filled up with.
  if (start + step * (height - 1) + line > bytes.length) throw new Error('cut short')
  for (let y = 0; y < height; y++) row(start + step * y, 4 * width * (isTopDown ? y : height - 1 - y))
}

function unpackNumbers(bytes: Uint8Array, head: Head, data: Uint8Array): void {
  const { width, bits } = head
  const perByte = 8 / bits
  const mask = 2 ** bits - 1
  const put = painter(head, data)
  eachRow(bytes, head, (from, to) => {
    for (let x = 0; x < width; x++) {
      const byte = bytes[from + Math.floor(x / perByte)]!
      put(to + 4 * x, (byte >> (8 - bits - (x % perByte) * bits)) & mask)
    }
  })
}

/** Puts the colour of a number in a place. */
function painter({ palette }: Head, data: Uint8Array): (to: number, number: number) => void {
  return (to, number) => {
    const from = 4 * number
    if (from >= palette.length) throw new Error(`colour ${number} of ${palette.length / 4}`)
    data[to] = palette[from]!
    data[to + 1] = palette[from + 1]!
    data[to + 2] = palette[from + 2]!
    data[to + 3] = 255
  }
}

function unpackColours(bytes: Uint8Array, head: Head, data: Uint8Array): void {
  const { width, bits, masks } = head
  const depth = bits / 8
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { shift, most: mask >>> shift }
  })
  let alphas = 0
  eachRow(bytes, head, (from, to) => {
    for (let x = 0; x < width; x++, from += depth, to += 4) {
      if (bits === 24) {
        data[to] = bytes[from + 2]!
        data[to + 1] = bytes[from + 1]!
        data[to + 2] = bytes[from]!
        data[to + 3] = 255
        continue
      }
      const pixel =
        bytes[from]! | (bytes[from + 1]! << 8) | (bits === 32 ? (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24) : 0)
      for (let i = 0; i < 4; i++) {
        const { shift, most } = fields[i]!
        data[to + i] = most === 0 ? (i === 3 ? 255 : 0) : Math.round(((((pixel >>> shift) & most) >>> 0) * 255) / most)
      }
      alphas |= data[to + 3]!
    }
  })
  // Many writers name bits of alpha and leave them empty.
  if (bits !== 24 && alphas === 0) for (let i = 3; i < data.length; i += 4) data[i] = 255
}

/** Runs of a colour, or of two in turn, and stretches as they are. What they leave out has the first colour. */
function unpackRuns(bytes: Uint8Array, head: Head, data: Uint8Array): void {
  const { width, height, start, compression } = head
  const put = painter(head, data)
  for (let to = 0; to < data.length; to += 4) put(to, 0)
  let [at, x, y] = [start, 0, height - 1]
  const next = () => {
    if (at >= bytes.length) throw new Error('cut short')
    return bytes[at++]!
  }
  const pixel = (number: number) => {
    if (x >= width || y < 0) throw new Error('a run beyond the picture')
    put(4 * (y * width + x++), number)
  }
  const numberIn = (byte: number, i: number) => (compression === RLE8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15)
  for (;;) {
    const [count, value] = [next(), next()]
    if (count > 0) for (let i = 0; i < count; i++) pixel(numberIn(value, i))
    else if (value === 0) [x, y] = [0, y - 1]
    else if (value === 1) return
    else if (value === 2) {
      x += next()
      y -= next()
    } else {
      let byte = 0
      const used = at
      for (let i = 0; i < value; i++) {
        if (compression === RLE8 || i % 2 === 0) byte = next()
        pixel(numberIn(byte, i))
      }
      // Stretches are filled up to two bytes.
      if ((at - used) % 2 === 1) at++
    }
    // Some writers leave out the mark of the end, which would say nothing more.
    if (y < 0 && at >= bytes.length) return
  }
}
