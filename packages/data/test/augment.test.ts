import {
  type AugmentOptions,
  augment,
  batches,
  DataError,
  type ImageShape,
  type PixelTable,
  random,
  streams,
  threefry2x32,
} from '@pixelrow/data'
import { expect, test } from 'vitest'

const grey = (height: number, width: number): ImageShape => ({
  height,
  width,
  channels: 1,
  channelOrder: 'interleaved',
})
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => random(3, 200).below(0, i, 256))
const all: AugmentOptions = { shift: 2, rotation: 15, scale: 0.1, shear: 0.2, elastic: 3, seed: 7 }

test('nothing asked for changes nothing', () => {
  const pixels = noise(3 * 35)
  expect(augment(pixels, grey(7, 5))).toEqual(pixels)
  expect(augment(noise(48), { height: 4, width: 4, channels: 3, channelOrder: 'planar' })).toEqual(noise(48))
})

test('a row has the same numbers whatever batch it is in, others in another epoch or seed', () => {
  const shape = grey(28, 28)
  const pixels = noise(6 * 784)
  const whole = augment(pixels, shape, { ...all, rows: [10, 11, 12, 13, 14, 15] })
  const part = augment(pixels.slice(3 * 784, 5 * 784), shape, { ...all, rows: [13, 14] })
  expect(part).toEqual(whole.slice(3 * 784, 5 * 784))
  expect(augment(pixels, shape, { ...all, rows: [10, 11, 12, 13, 14, 15], epoch: 1 })).not.toEqual(whole)
  expect(augment(pixels, shape, { ...all, rows: [10, 11, 12, 13, 14, 15], seed: 8 })).not.toEqual(whole)
  expect(augment(pixels, shape, all)).not.toEqual(whole)
})

test('the bytes are the ones of every engine and machine', () => {
  const bytes = augment(noise(2 * 784), grey(28, 28), all)
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  expect(hash >>> 0).toBe(935720820)
})

test('a shift moves the picture and fills with background', () => {
  const shape = grey(9, 9)
  const pixels = new Uint8Array(81)
  pixels[40] = 200
  const places = new Set<string>()
  for (let row = 0; row < 200; row++) {
    const moved = augment(pixels, shape, { shift: 3, rows: [row], background: 10 })
    let [sum, x, y] = [0, 0, 0]
    // Weights above the background, where the picture's own zeros lie below it.
    for (const [i, value] of moved.entries()) {
      if (value <= 10) continue
      sum += value
      x += (i % 9) * value
      y += Math.floor(i / 9) * value
    }
    expect(Math.abs(x / sum - 4)).toBeLessThanOrEqual(3.2)
    expect(Math.abs(y / sum - 4)).toBeLessThanOrEqual(3.2)
    places.add(`${Math.round(x / sum)} ${Math.round(y / sum)}`)
  }
  expect(places.size).toBeGreaterThan(30)
})

test('a flip mirrors half of the pictures, each whole, and changes nothing else', () => {
  const shape: ImageShape = { height: 3, width: 5, channels: 2, channelOrder: 'interleaved' }
  const pixels = noise(30)
  const mirrored = pixels.map((_, i) => pixels[i - (i % 10) + (8 - (i % 10) + 2 * (i % 2))]!)
  const rows = Array.from({ length: 400 }, (_, row) => augment(pixels, shape, { flip: true, rows: [row] }))
  const count = rows.filter((row) => row.join() === mirrored.join()).length
  expect(count).toBeGreaterThan(150)
  expect(count + rows.filter((row) => row.join() === pixels.join()).length).toBe(400)
  const [moved, both] = [false, true].map((flip) =>
    Array.from({ length: 40 }, (_, row) => augment(pixels, shape, { shift: 1, flip, rows: [row] }).join()),
  )
  const same = moved!.filter((row, i) => row === both![i]).length
  expect(same).toBeGreaterThan(5)
  expect(same).toBeLessThan(35)
})

test('a rotation keeps what lies about the centre, whatever the angle', () => {
  const shape = grey(21, 21)
  const round = Uint8Array.from({ length: 441 }, (_, i) =>
    Math.hypot((i % 21) - 10, Math.floor(i / 21) - 10) < 5 ? 200 : 0,
  )
  for (let row = 0; row < 50; row++) {
    const turned = augment(round, shape, { rotation: 180, rows: [row] })
    const off = turned.reduce((sum, value, i) => sum + Math.abs(value - round[i]!), 0)
    expect(off / round.reduce((a, b) => a + b)).toBeLessThan(0.2)
  }
})

test('pixels come from where the inverse of slant, turn, resize and shift says', () => {
  const [height, width] = [24, 31]
  const shape = grey(height, width)
  // A slope, which bilinear interpolation keeps, so that only rounding is left.
  const value = (x: number, y: number) => 20 + 3 * x + 5 * y
  const pixels = Uint8Array.from({ length: height * width }, (_, i) => value(i % width, Math.floor(i / width)))
  const options = { shift: 3, rotation: 60, scale: 0.3, shear: 0.4 }
  for (let row = 0; row < 20; row++) {
    const moved = augment(pixels, shape, { ...options, seed: 9, epoch: 4, rows: [row], background: 0 })
    const key = threefry2x32(9, streams.augment, 4, row)
    const draws = [0, 1, 2].flatMap((i) => threefry2x32(key[0], key[1], i, 0)).map((word) => word / 2 ** 31 - 1)
    const [right, down, turn, size, slant] = draws as [number, number, number, number, number]
    const angle = (60 * turn * Math.PI) / 180
    const [cx, cy] = [(width - 1) / 2, (height - 1) / 2]
    let compared = 0
    // Away from the border, where the background shines in.
    for (let y = 3; y < height - 3; y++) {
      for (let x = 3; x < width - 3; x++) {
        const [slanted, upright] = [x - cx + 0.4 * slant * (y - cy), y - cy]
        const grown = 1 + 0.3 * size
        const u = grown * (Math.cos(angle) * slanted - Math.sin(angle) * upright) + cx + 3 * right
        const v = grown * (Math.sin(angle) * slanted + Math.cos(angle) * upright) + cy + 3 * down
        const [left, top] = [Math.floor(u), Math.floor(v)]
        if (left < 0 || top < 0 || left > width - 2 || top > height - 2) continue
        // The new picture about (u, v) must show what was at (x, y).
        const at = (i: number, j: number) => moved[(top + j) * width + left + i]!
        const [fu, fv] = [u - left, v - top]
        const shown = (at(0, 0) * (1 - fu) + at(1, 0) * fu) * (1 - fv) + (at(0, 1) * (1 - fu) + at(1, 1) * fu) * fv
        expect(Math.abs(shown - value(x, y))).toBeLessThan(1)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(100)
  }
})

test('every channel moves alike, in either order', () => {
  const planes = [noise(64), noise(64), noise(64)]
  const planar = Uint8Array.from(planes.flatMap((plane) => [...plane]))
  const interleaved = Uint8Array.from({ length: 192 }, (_, i) => planes[i % 3]![Math.floor(i / 3)]!)
  const shape = { height: 8, width: 8, channels: 3 }
  const a = augment(planar, { ...shape, channelOrder: 'planar' }, all)
  const b = augment(interleaved, { ...shape, channelOrder: 'interleaved' }, all)
  const single = planes.map((plane) => augment(plane, grey(8, 8), all))
  expect([...a]).toEqual(single.flatMap((plane) => [...plane]))
  expect([...b]).toEqual(Array.from({ length: 192 }, (_, i) => single[i % 3]![Math.floor(i / 3)]!))
})

test('an elastic field bends smoothly: neighbours stay neighbours', () => {
  const shape = grey(28, 28)
  const ramp = Uint8Array.from({ length: 784 }, (_, i) => 4 * (i % 28) + 60)
  const bent = augment(ramp, shape, { elastic: 3, background: 60, rows: [5] })
  expect(bent).not.toEqual(ramp)
  for (let y = 6; y < 22; y++) {
    for (let x = 6; x < 21; x++) expect(Math.abs(bent[y * 28 + x + 1]! - bent[y * 28 + x]!)).toBeLessThan(16)
  }
})

test('batches bring the row numbers that augment wants', () => {
  const table: PixelTable = { pixels: noise(40), rows: 10, shape: grey(2, 2), maxValue: 255 }
  for (const batch of batches(table, { size: 4, epoch: 2 })) {
    const moved = augment(batch.pixels, batch.shape, { shift: 1, rows: batch.source, epoch: 2 })
    for (const [i, row] of batch.source.entries()) {
      const alone = augment(table.pixels.subarray(row * 4, row * 4 + 4), table.shape, {
        shift: 1,
        rows: [row],
        epoch: 2,
      })
      expect(moved.subarray(i * 4, i * 4 + 4)).toEqual(alone)
    }
  }
})

test('options out of range are refused', () => {
  const pixels = new Uint8Array(4)
  const wrong: AugmentOptions[] = [
    { scale: 1 },
    { scale: -0.1 },
    { grid: 0 },
    { rows: [1, 2] },
    { seed: -1 },
    { out: new Uint8Array(3) },
    { out: pixels },
    { background: 256 },
    { shift: Number.NaN },
    { epoch: 0.5 },
  ]
  for (const options of wrong) expect(() => augment(pixels, grey(2, 2), options)).toThrow(DataError)
  expect(() => augment(pixels, grey(3, 3))).toThrow('whole pictures')
})
