import fc from 'fast-check'
import { type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, odd, rarely } from './lies.ts'
import { readPicture } from './png.ts'

/** A Windows bitmap, and what its headers say in place of the truth. */
interface BmpCase {
  width: number
  height: number
  isTopDown: boolean
  bits: 1 | 4 | 8 | 16 | 24 | 32
  /** Of 4 and 8 bits: packed in runs. */
  isPacked: boolean
  seed: number
  /** Values put over those in the headers, by their places. */
  lies: { at: number; value: number }[]
  damages: Damage[]
}

const colourOf = (i: number) => [(i * 53) % 256, (i * 97) % 256, (i * 29) % 256]

/** The number of a pixel, the same for who writes and who checks. */
function numberOf({ seed, bits }: BmpCase, x: number, y: number): number {
  const value = Math.imul(seed + 31 * x + 57 * y + 7, 2654435761) >>> 0
  // Two in a row are often alike, so that there are runs.
  return bits <= 8 ? (seed + (x >> 1) + y) % 2 ** bits : bits === 32 ? value : value % 2 ** bits
}

const isRuns = ({ bits, isPacked }: BmpCase) => isPacked && (bits === 4 || bits === 8)
const isUpward = (it: BmpCase) => isRuns(it) || !it.isTopDown

function rows(it: BmpCase): number[] {
  const out: number[] = []
  for (let line = 0; line < it.height; line++) {
    const y = isUpward(it) ? it.height - 1 - line : line
    const numbers = Array.from({ length: it.width }, (_, x) => numberOf(it, x, y))
    if (isRuns(it)) out.push(...runs(numbers, it.bits), 0, line === it.height - 1 ? 1 : 0)
    else out.push(...plain(numbers, it.bits))
  }
  return out
}

function runs(numbers: readonly number[], bits: number): number[] {
  return numbers.flatMap((number) => [1, bits === 8 ? number : number << 4])
}

function plain(numbers: readonly number[], bits: number): number[] {
  const line = new Uint8Array(4 * Math.ceil((numbers.length * bits) / 32))
  numbers.forEach((number, x) => {
    if (bits < 8) line[(x * bits) >> 3]! |= number << (8 - bits - ((x * bits) & 7))
    else for (let i = 0; i < bits / 8; i++) line[(x * bits) / 8 + i] = number >>> (8 * i)
  })
  return [...line]
}

function file(it: BmpCase): Uint8Array {
  const { bits, width, height } = it
  const palette = bits > 8 ? [] : Array.from({ length: 2 ** bits }, (_, i) => [...colourOf(i).reverse(), 0]).flat()
  const body = [...palette, ...rows(it)]
  const bytes = new Uint8Array(54 + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d])
  bytes.set(body, 54)
  const packing = isRuns(it) ? (bits === 8 ? 1 : 2) : 0
  const longs = [
    [2, bytes.length],
    [10, 54 + palette.length],
    [14, 40],
    [18, width],
    [22, isUpward(it) ? height : -height],
    [30, packing],
  ] as const
  for (const [at, value] of longs) view.setUint32(at, value, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, bits, true)
  for (const { at, value } of it.lies) view.setUint32(at, value, true)
  return damaged(bytes, it.damages)
}

/** The pixel in red, green, blue and alpha. */
function pixelOf(it: BmpCase, x: number, y: number): number[] {
  const number = numberOf(it, x, y)
  if (it.bits <= 8) return [...colourOf(number), 255]
  const five = (shift: number) => Math.round((((number >> shift) & 31) * 255) / 31)
  if (it.bits === 16) return [five(10), five(5), five(0), 255]
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255, 255]
}

const size = fc.integer({ min: 1, max: 9 })

/** BMP: sizes, depths, packings, places and masks that lie; runs beyond the picture; rows that are missing. */
export const bmp: Format<BmpCase> = {
  cases: fc.record({
    width: size,
    height: size,
    isTopDown: fc.boolean(),
    bits: fc.constantFrom(1, 4, 8, 16, 24, 32),
    isPacked: fc.boolean(),
    seed: fc.nat(1000),
    lies: rarely(
      fc.array(
        fc.record({
          at: fc.constantFrom(10, 14, 18, 22, 26, 28, 30, 46, 54, 58),
          value: fc.oneof(odd(32), fc.nat(40), fc.constantFrom(-1, -5, 3, 6, 12, 56, 108, 124, 16_384, 1_000_000)),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    ).map((it) => it ?? []),
    damages,
  }),
  bytes: file,
  async read(it, bytes) {
    const found = await readPicture(bytes)
    if (it.lies.length + it.damages.length > 0) return
    if (typeof found === 'string') throw new Wrong(`a whole picture is refused: ${found}`)
    for (let i = 0; i < it.width * it.height; i++) {
      const right = pixelOf(it, i % it.width, Math.floor(i / it.width))
      const pixel = [...found.data.subarray(4 * i, 4 * i + 4)]
      if (`${pixel}` !== `${right}`) throw new Wrong(`pixel ${i} is ${pixel}, expected ${right}`)
    }
  },
  memory: { most: 320e6, perByte: 4000 },
}
