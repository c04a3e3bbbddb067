import {
  type DataError,
  type ImageShape,
  type PixelTable,
  type ReadOptions,
  random,
  readRows,
  readTable,
} from '@pixelrow/data'
import { describe, expect, test } from 'vitest'
import { bytes, dataError } from './helpers.ts'
import { interleaved, planar } from './tables.ts'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** A smooth made-up photograph of one channel: a few waves of random lengths, directions and places, and a little noise. */
function photo(seed: number, height: number, width: number): number[] {
  const draw = random(seed, 700)
  const waves = range(4).map((i) => ({
    x: (draw.uniform(0, 4 * i) - 0.5) * 7,
    y: (draw.uniform(0, 4 * i + 1) - 0.5) * 7,
    at: draw.uniform(0, 4 * i + 2) * 7,
    size: 15 + 15 * draw.uniform(0, 4 * i + 3),
  }))
  return range(height * width).map((i) => {
    const [u, v] = [(i % width) / width, Math.floor(i / width) / height]
    const sum = waves.reduce((total, { x, y, at, size }) => total + size * Math.sin(x * u + y * v + at), 0)
    return Math.max(0, Math.min(255, Math.round(128 + sum + 4 * draw.normal(1, i))))
  })
}

const noise = (seed: number, length: number) => range(length).map((i) => random(seed, 701).below(0, i, 256))

/** Several channels that have much in common, as those of photographs do. */
const channels = (seed: number, height: number, width: number, count: number) => {
  const light = photo(seed, height, width)
  return range(count).map((c) =>
    photo(seed + 1000 * (c + 1), height, width).map((value, i) => (value + light[i]!) >> 1),
  )
}
const opaque = (seed: number, side: number) => [...channels(seed, side, side, 3), range(side * side).map(() => 255)]

const csv = (rows: number[][], names = range(rows[0]!.length).map((i) => `pixel${i}`)) =>
  `${[names, ...rows].map((row) => row.join(',')).join('\n')}\n`

async function reading(rows: number[][], options: ReadOptions = {}, names?: string[]) {
  const notes: string[] = []
  const table = await readTable(bytes(csv(rows, names)), { ...options, onNote: (note) => notes.push(note) })
  return { table, notes }
}

const shapeText = ({ height, width, channels: count, channelOrder }: ImageShape) =>
  `${height}x${width}${count > 1 ? `x${count} ${channelOrder}` : ''}`

/** What the error lists. */
interface Candidate {
  shape: ImageShape
  roughness: number
}

/** Pictures of each kind. */
const kinds: Record<string, (seed: number) => number[]> = {
  '24x32': (seed) => photo(seed, 24, 32),
  '32x24': (seed) => photo(seed, 32, 24),
  '60x80': (seed) => photo(seed, 60, 80),
  '18x32': (seed) => photo(seed, 18, 32),
  '20x16': (seed) => photo(seed, 20, 16),
  '16x16x3 interleaved': (seed) => interleaved(channels(seed, 16, 16, 3)),
  '16x16x3 planar': (seed) => planar(channels(seed, 16, 16, 3)),
  '32x32x3 interleaved': (seed) => interleaved(channels(seed, 32, 32, 3)),
  '32x32x3 planar': (seed) => planar(channels(seed, 32, 32, 3)),
  '8x8x4 interleaved': (seed) => interleaved(opaque(seed, 8)),
  '8x8x4 planar': (seed) => planar(opaque(seed, 8)),
  '24x32x3 interleaved': (seed) => interleaved(channels(seed, 24, 32, 3)),
}

describe.each(Object.entries(kinds))('pictures of %s', (shape, make) => {
  test('are read as what they are, and it is said', async () => {
    const rows = range(40).map(make)
    const { table, notes } = await reading(rows)
    expect(shapeText(table.shape)).toBe(shape)
    const size = shape.split(' ')[0]
    expect(notes[0]).toMatch(
      new RegExp(`^images taken as ${size}: the pictures are [\\d.]+ times smoother than as .* \\(option shape\\)$`),
    )
    expect(notes.length).toBe(table.shape.channels > 1 ? 2 : 1)
    expect([...table.pixels]).toEqual(rows.flat())
    for await (const batch of readRows(bytes(csv(rows)), { batch: 16 })) expect(batch.shape).toEqual(table.shape)
  })

  test('are read as they are told to be, and nothing is said', async () => {
    const [size, order] = shape.split(' ')
    const [height, width, count = 1] = size!.split('x').map(Number) as [number, number, number?]
    const channelOrder = order as ImageShape['channelOrder']
    const given = { height, width, ...(count > 1 && { channels: count, channelOrder }) }
    const { table, notes } = await reading([make(1)], { shape: given })
    expect([shapeText(table.shape), notes]).toEqual([shape, []])
  })
})

test.each([
  ['28x28', (seed: number) => photo(seed, 28, 28)],
  ['28x28, noise', (seed: number) => noise(seed, 784)],
  ['28x28, blank', () => range(784).map(() => 0)],
  ['16x16', (seed: number) => photo(seed, 16, 16)],
  ['16x16, noise', (seed: number) => noise(seed, 256)],
  ['8x8, noise', (seed: number) => noise(seed, 64)],
  ['48x48', (seed: number) => photo(seed, 48, 48)],
  ['48x48, noise', (seed: number) => noise(seed, 2304)],
])('grey squares stay grey squares, and nothing is said: %s', async (name, make) => {
  for (const rows of [1, 2, 30]) {
    const { table, notes } = await reading(range(rows).map((row) => make(row)))
    expect([shapeText(table.shape), notes]).toEqual([name.split(',')[0], []])
  }
})

test('where no reading is clearly smoother, all are listed as data', async () => {
  const error = await dataError(reading(range(20).map((row) => noise(row, 768))))
  expect(error.code).toBe('DATA_SHAPE_UNCLEAR')
  expect(error.message).toMatch(
    /^input: 768 pixels may be images of .*, and none is clearly smoother than the others\. Pass the shape\.$/,
  )
  const { candidates, pixels } = error.params as { candidates: Candidate[]; pixels: number }
  expect(pixels).toBe(768)
  expect(candidates.map(({ shape }) => shapeText(shape)).sort()).toEqual([
    '16x16x3 interleaved',
    '16x16x3 planar',
    '24x32',
    '32x24',
  ])
  const roughnesses = candidates.map(({ roughness }) => roughness)
  expect(roughnesses).toEqual([...roughnesses].sort((a, b) => a - b))
  for (const { shape } of candidates) {
    const { table, notes } = await reading([noise(0, 768)], { shape })
    expect([shapeText(table.shape), notes]).toEqual([shapeText(shape), []])
  }
})

test('blank pictures that may have several shapes are asked about', async () => {
  expect((await dataError(reading([range(768).map(() => 7)]))).code).toBe('DATA_SHAPE_UNCLEAR')
  expect((await dataError(reading([range(3072).map(() => 0)]))).code).toBe('DATA_SHAPE_UNCLEAR')
})

test('readings that are out of the question are not listed', async () => {
  // A grey picture is as smooth as three channels below each other, but nothing like as wide.
  const error = await dataError(reading(range(10).map((row) => photo(row, 48, 32))))
  const { candidates } = error.params as { candidates: Candidate[] }
  const names = candidates.map(({ shape }) => shapeText(shape))
  expect(names).toEqual(expect.arrayContaining(['48x32', '16x32x3 planar']))
  expect(names).not.toEqual(expect.arrayContaining(['32x48']))
})

test('the order of channels may be known where the shape is not', async () => {
  const rows = range(20).map(kinds['16x16x3 planar']!)
  const { table, notes } = await reading(rows, { channels: 'planar' })
  expect([shapeText(table.shape), notes.length]).toEqual(['16x16x3 planar', 1])
})

test('pictures that are stored column after column are turned in the shape that is found', async () => {
  const turned = (image: number[]) => range(768).map((i) => image[(i % 24) * 32 + Math.floor(i / 24)]!)
  const rows = range(30).map((seed) => photo(seed, 24, 32))
  const { table } = await reading(rows.map(turned), { transpose: true })
  expect(shapeText(table.shape)).toBe('24x32')
  expect([...table.pixels]).toEqual(rows.flat())
})

describe('names decide', () => {
  const picture = noise(3, 48)
  const asked: [string, (i: number) => string, number[]][] = [
    ['r0, g0, b0, r1, …', (i) => `${'rgb'[i % 3]}${Math.floor(i / 3)}`, picture],
    [
      'red_0, …, green_0, …',
      (i) => `${['red', 'green', 'blue'][Math.floor(i / 16)]}_${i % 16}`,
      planar(range(3).map((c) => range(16).map((i) => picture[3 * i + c]!))),
    ],
    [
      'pixel0_R, …',
      (i) => `pixel${i % 16}_${'RGB'[Math.floor(i / 16)]}`,
      planar(range(3).map((c) => range(16).map((i) => picture[3 * i + c]!))),
    ],
    [
      'b_0_0, …',
      (i) => `${'bgr'[i % 3]}_${Math.floor(i / 12)}_${Math.floor(i / 3) % 4}`,
      range(48).map((i) => picture[i - (i % 3) + 2 - (i % 3)]!),
    ],
  ]
  test.each(asked)('%s', async (_, name, row) => {
    const { table, notes } = await reading([row], {}, range(48).map(name))
    expect([shapeText(table.shape), notes]).toEqual(['4x4x3 interleaved', []])
    expect([...table.pixels]).toEqual(picture)
  })

  test('four of them', async () => {
    const { table } = await reading(
      [noise(1, 36)],
      {},
      range(36).map((i) => `${'rgba'[i % 4]}${Math.floor(i / 4)}`),
    )
    expect(shapeText(table.shape)).toBe('3x3x4 interleaved')
  })

  test('rows and columns', async () => {
    const names: ((y: number, x: number) => string)[] = [
      (y, x) => `r${y}c${x}`,
      (y, x) => `row${y}_col${x}`,
      (y, x) => `px_row_${y}_column_${x}`,
      (y, x) => `${y + 1}x${x + 1}`,
      (y, x) => `px_${y}_${x}`,
    ]
    for (const name of names) {
      const { table, notes } = await reading(
        [noise(1, 64)],
        {},
        range(64).map((i) => name(Math.floor(i / 16), i % 16)),
      )
      expect([shapeText(table.shape), notes]).toEqual(['4x16', []])
    }
  })

  test('a letter between two numbers alone makes no rows and columns', async () => {
    const { table } = await reading(
      [noise(1, 64)],
      {},
      range(64).map((i) => `conv1c${i}`),
    )
    expect(shapeText(table.shape)).toBe('8x8')
  })

  test('a colour that lacks columns is told, and an order that names contradict is refused', async () => {
    const names = range(48).map((i) => `${'rgb'[i % 3]}${Math.floor(i / 3)}`)
    const gap = await dataError(reading([noise(1, 47)], {}, names.slice(0, -1)))
    expect(gap.message).toBe('input row 1: expected as many columns of each colour, found 16, 16, 15.')
    const order = await dataError(reading([picture], { channels: 'planar' }, names))
    expect(order.message).toBe('input: its column names tell the order of the channels. Leave channels out.')
  })
})

test('what makes no usual picture is refused as before', async () => {
  const error: DataError = await dataError(reading([noise(1, 130)]))
  expect([error.code, error.found]).toEqual(['DATA_SHAPE_UNKNOWN', '130 pixel columns'])
  const table: PixelTable = (await reading([noise(1, 130)], { shape: { height: 10, width: 13 } })).table
  expect(shapeText(table.shape)).toBe('10x13')
})
