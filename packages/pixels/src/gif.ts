import type { RgbaImage } from './types.ts'

/** The first picture of a GIF. */
interface FirstFrame {
  /** Of the canvas, and of what of the picture lies beyond it. */
  width: number
  height: number
  /** Where the picture lies on it, the ends exclusive. */
  box: { left: number; top: number; right: number; bottom: number }
  /** All of it is there. */
  isWhole: boolean
}

/** What stands in a GIF up to the end of its first picture; undefined where there is none (https://www.w3.org/Graphics/GIF/spec-gif89a.txt). */
export function firstFrame(bytes: Uint8Array): FirstFrame | undefined {
  const uint16 = (at: number) => bytes[at]! + 256 * bytes[at + 1]!
  /** Bytes of a table of colours, by the field that tells of it. */
  const table = (field: number) => (field & 0x80 ? 3 << ((field & 7) + 1) : 0)
  /** Behind pieces of up to 255 bytes each, of which the last is empty. */
  const behind = (at: number) => {
    while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!
    return at + 1
  }
  let at = 13 + table(bytes[10]!)
  while (bytes[at] === 0x21) at = behind(at + 2)
  if (bytes[at] !== 0x2c || at + 10 > bytes.length) return undefined
  const [width, height] = [uint16(6), uint16(8)]
  const [left, top] = [uint16(at + 1), uint16(at + 3)]
  const box = { left, top, right: left + uint16(at + 5), bottom: top + uint16(at + 7) }
  const isWhole = behind(at + 11 + table(bytes[at + 9]!)) <= bytes.length
  return { width: Math.max(width, box.right), height: Math.max(height, box.bottom), box, isWhole }
}

/** Makes transparent what the first picture leaves of the canvas: pages have it so, and libvips black where no colour is transparent. */
export function clearAround(bytes: Uint8Array, { data, width, height }: RgbaImage): void {
  const { left, top, right, bottom } = firstFrame(bytes)!.box
  for (let y = 0; y < height; y++) {
    const [from, to] = y < top || y >= bottom ? [width, width] : [left, right]
    data.fill(0, 4 * width * y, 4 * (width * y + Math.min(from, width)))
    data.fill(0, 4 * (width * y + Math.min(to, width)), 4 * width * (y + 1))
  }
}
