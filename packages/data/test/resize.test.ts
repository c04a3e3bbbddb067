import { fromImageData, type Preparation, type RgbaImage } from '@pixelrow/data/pictures'
import { PixelsError } from '@pixelrow/pixels'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const grey = (values: number[], width: number): RgbaImage => ({
  data: Uint8Array.from(values.flatMap((value) => [value, value, value, 255])),
  width,
  height: values.length / width,
})

const rule = (height: number, width: number, more: Partial<Preparation> = {}): Preparation => ({
  size: [height, width],
  resize: 'stretch',
  color: 'grey',
  background: 0,
  ...more,
})

const pixelsOf = (image: RgbaImage, preparation: Preparation) => [...fromImageData(image, preparation).pixels]

/** Weights of old pixels for each new one, over one denominator, from the definitions: areas by counting, bilinear by its tent. */
function weightsOf(from: number, to: number): { rows: bigint[][]; sum: bigint } {
  const rows = Array.from({ length: to }, () => Array.from({ length: from }, () => 0n))
  if (to < from) {
    // Each old pixel is `to` equal parts, each new one `from` of them.
    for (let part = 0; part < from * to; part++) rows[Math.floor(part / from)]![Math.floor(part / to)]! += 1n
    return { rows, sum: BigInt(from) }
  }
  for (let i = 0; i < to; i++) {
    const center = Math.min(Math.max((2 * i + 1) * from - to, 0), (from - 1) * 2 * to)
    for (let k = 0; k < from; k++) rows[i]![k] = BigInt(Math.max(0, 2 * to - Math.abs(center - k * 2 * to)))
  }
  return { rows, sum: BigInt(2 * to) }
}

function reference(values: number[], width: number, toHeight: number, toWidth: number): number[] {
  const height = values.length / width
  const [down, across] = [weightsOf(height, toHeight), weightsOf(width, toWidth)]
  const whole = down.sum * across.sum
  return down.rows.flatMap((y) =>
    across.rows.map((x) => {
      let total = 0n
      for (let i = 0; i < values.length; i++) {
        total += BigInt(values[i]!) * y[Math.floor(i / width)]! * x[i % width]!
      }
      return Number((2n * total + whole) / (2n * whole))
    }),
  )
}

const pictures = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([height, width]) =>
  fc.record({
    width: fc.constant(width),
    values: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: height * width, maxLength: height * width }),
  }),
)
const side = fc.integer({ min: 1, max: 12 })

test('stretching is the exact mean of areas and the exact bilinear value', () => {
  fc.assert(
    fc.property(pictures, side, side, ({ values, width }, height, wide) => {
      expect(pixelsOf(grey(values, width), rule(height, wide))).toEqual(reference(values, width, height, wide))
    }),
    { numRuns: 300 },
  )
})

test('golden values: halved, doubled, and three made of two', () => {
  const ramp = grey([0, 10, 20, 30, 40, 50, 60, 70], 4)
  expect(pixelsOf(ramp, rule(1, 2))).toEqual([25, 45])
  expect(pixelsOf(grey([0, 100], 2), rule(1, 4))).toEqual([0, 25, 75, 100])
  expect(pixelsOf(grey([0, 90, 255], 3), rule(1, 2))).toEqual([30, 200])
})

test('the same size is the identity, for every way and colour', () => {
  fc.assert(
    fc.property(pictures, fc.constantFrom('contain', 'cover', 'stretch'), ({ values, width }, resize) => {
      const image = grey(values, width)
      const size: [number, number] = [image.height, width]
      expect(pixelsOf(image, rule(...size, { resize }))).toEqual(values)
      const rgb = values.flatMap((value) => [value, value, value])
      expect(pixelsOf(image, rule(...size, { resize, color: 'rgb' }))).toEqual(rgb)
    }),
  )
})

test('contain keeps the whole picture and its aspect in the middle; the rest is background', () => {
  const large = fc.integer({ min: 1, max: 60 })
  fc.assert(
    fc.property(large, large, large, large, (height, width, toHeight, toWidth) => {
      const white = grey(new Array(height * width).fill(255), width)
      const out = pixelsOf(white, rule(toHeight, toWidth, { resize: 'contain', background: 7 }))
      const rows = Array.from({ length: toHeight }, (_, y) => out.slice(y * toWidth, (y + 1) * toWidth))
      const full = rows.map((row, y) => (row.includes(255) ? y : -1)).filter((y) => y >= 0)
      const columns = rows[full[0]!]!.map((value, x) => (value === 255 ? x : -1)).filter((x) => x >= 0)
      expect(out.filter((value) => value === 255).length).toBe(full.length * columns.length)
      expect(out.every((value) => value === 255 || value === 7)).toBe(true)
      const scale = Math.min(toHeight / height, toWidth / width)
      expect(Math.abs(full.length - Math.max(1, height * scale))).toBeLessThanOrEqual(0.5 + 1e-9)
      expect(Math.abs(columns.length - Math.max(1, width * scale))).toBeLessThanOrEqual(0.5 + 1e-9)
      expect([full[0], columns[0]]).toEqual([(toHeight - full.length) >> 1, (toWidth - columns.length) >> 1])
    }),
  )
})

test('cover cuts the middle out', () => {
  const wide = grey([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5)
  expect(pixelsOf(wide, rule(2, 2, { resize: 'cover' }))).toEqual([2, 3, 7, 8])
  expect(pixelsOf(grey([1, 2, 3, 4, 5], 1), rule(3, 3, { resize: 'cover' }))).toEqual(new Array(9).fill(3))
})

test('alpha shows the background, and grey is the luma of BT.601', () => {
  const image = { data: Uint8Array.of(200, 100, 50, 128, 9, 9, 9, 0, 255, 0, 0, 255), width: 3, height: 1 }
  const over = (value: number, alpha: number, back: number) =>
    Math.floor((value * alpha + back * (255 - alpha) + 127) / 255)
  const first = [200, 100, 50].map((value) => over(value, 128, 255))
  expect(pixelsOf(image, rule(1, 3, { color: 'rgb', background: 255 }))).toEqual([...first, 255, 255, 255, 255, 0, 0])
  expect(pixelsOf(image, rule(1, 3))[2]).toBe(76)
  expect(pixelsOf(image, rule(1, 3))[1]).toBe(0)
})

test('one picture as a table, and what is refused', () => {
  const image = grey([1, 2, 3, 4], 2)
  const preparation = rule(2, 2, { color: 'rgb' })
  const table = fromImageData(image, preparation)
  expect(table).toMatchObject({ rows: 1, maxValue: 255, preparation })
  expect(table.shape).toEqual({ height: 2, width: 2, channels: 3, channelOrder: 'interleaved' })
  expect(() => fromImageData({ ...image, width: 3 }, preparation)).toThrow('expected 3 × 2 × 4 bytes (RGBA), found 16')
  for (const wrong of [
    { size: [0, 2] },
    { size: [2.5, 2] },
    { resize: 'fit' },
    { color: 'gray' },
    { background: 256 },
  ]) {
    expect(() => fromImageData(image, { ...preparation, ...wrong } as Preparation)).toThrow(PixelsError)
  }
})
