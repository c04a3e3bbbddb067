import {
  batches,
  classCounts,
  classWeights,
  DataError,
  describe,
  duplicates,
  epochOrder,
  formatDescription,
  kFold,
  meanAndDeviation,
  oneHot,
  type PixelTable,
  parseShape,
  rowHashes,
} from '@pixelrow/data'
import { expect, test } from 'vitest'
import { dataError } from './helpers.ts'

function table(rows: number): PixelTable {
  return {
    pixels: Uint8Array.from({ length: rows * 2 }, (_, i) => i),
    rows,
    shape: { height: 2, width: 1, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    labels: Uint16Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? 1 : 0)),
    classes: ['no', 'yes', 'never'],
  }
}
const firsts = ({ pixels }: PixelTable) =>
  Array.from(
    pixels.filter((_, i) => i % 2 === 0),
    (pixel) => pixel / 2,
  )

test('folds hold out every row once, the classes in proportion', () => {
  const folds = [...kFold(table(42), { folds: 4, seed: 2 })]
  expect(folds.flatMap(({ validation }) => firsts(validation)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 42 }, (_, i) => i),
  )
  for (const { train, validation } of folds) {
    expect(train.rows + validation.rows).toBe(42)
    expect([...firsts(train), ...firsts(validation)].length).toBe(
      new Set([...firsts(train), ...firsts(validation)]).size,
    )
    expect(Math.abs(classCounts(validation)[1]! - 11 / 4)).toBeLessThan(1)
    expect([10, 11]).toContain(validation.rows)
  }
  expect([...kFold(table(42), { folds: 4, seed: 2 })]).toEqual(folds)
  expect([...kFold(table(42), { folds: 4, seed: 3 })]).not.toEqual(folds)
  expect(() => [...kFold(table(3), { folds: 4 })]).toThrow('expected 2..3')
})

test('batches follow the order of the epoch', () => {
  const found = [...batches(table(10), { size: 4, seed: 5, epoch: 3 })]
  expect(found.map(({ rows }) => rows)).toEqual([4, 4, 2])
  expect(found.flatMap(({ source }) => [...source])).toEqual([...epochOrder(10, 5, 3)])
  expect(found.flatMap(firsts)).toEqual([...epochOrder(10, 5, 3)])
  expect([...batches(table(10), { size: 4, last: false })].length).toBe(2)
  expect(() => batches(table(10), { size: 0 })).toThrow(DataError)
})

test('one-hot labels, counts and weights', () => {
  expect(oneHot(Uint16Array.of(2, 0), 3)).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0))
  expect(() => oneHot([3], 3)).toThrow('expected a label 0..2')
  expect(classCounts(table(8))).toEqual(Uint32Array.of(6, 2, 0))
  // Two classes are there, so that each weighs half of the eight rows.
  const weights = classWeights(table(8))
  expect([weights[0]! * 6, weights[1]! * 2, weights[2]]).toEqual([expect.closeTo(4, 5), expect.closeTo(4, 5), 0])
  const { labels: _, ...unlabelled } = table(8)
  expect(() => classCounts(unlabelled)).toThrow('labels: expected them to be there, with classes, found none')
})

test('mean and deviation of each channel, in 0..1', () => {
  const { mean, deviation } = meanAndDeviation({ ...table(2), pixels: Uint8Array.of(0, 10, 20, 10), maxValue: 20 })
  expect([mean, deviation]).toEqual([[0.5], [expect.closeTo(Math.sqrt(50) / 20, 12)]])
  const rgb = { height: 1, width: 2, channels: 3 } as const
  const planar = meanAndDeviation({
    rows: 1,
    maxValue: 10,
    pixels: Uint8Array.of(1, 3, 10, 10, 0, 4),
    shape: { ...rgb, channelOrder: 'planar' },
  })
  const interleaved = meanAndDeviation({
    rows: 1,
    maxValue: 10,
    pixels: Uint8Array.of(1, 10, 0, 3, 10, 4),
    shape: { ...rgb, channelOrder: 'interleaved' },
  })
  expect(planar).toEqual({ mean: [0.2, 1, 0.2], deviation: [0.1, 0, 0.2] })
  expect(interleaved).toEqual(planar)
})

test('duplicates within a table and between two', () => {
  const a = { ...table(4), pixels: Uint8Array.of(1, 1, 2, 2, 1, 1, 1, 1) }
  const b = { ...table(3), pixels: Uint8Array.of(2, 2, 9, 9, 1, 1) }
  expect(duplicates(a)).toEqual([
    { row: 2, of: 0 },
    { row: 3, of: 0 },
  ])
  expect(duplicates(a, b)).toEqual([
    { row: 0, of: 1 },
    { row: 2, of: 0 },
  ])
  expect(duplicates(table(100))).toEqual([])
  expect(() => duplicates(a, { ...b, rows: 1, shape: { ...b.shape, width: 3 }, labels: Uint16Array.of(0) })).toThrow(
    'expected pictures of 2 pixels, found 6',
  )
})

test('a description counts and measures', () => {
  const found = describe({ ...table(4), pixels: Uint8Array.of(1, 1, 0, 51, 1, 1, 255, 0) })
  expect(found).toEqual({
    rows: 4,
    shape: table(4).shape,
    maxValue: 255,
    classes: [
      { label: 'no', rows: 3 },
      { label: 'yes', rows: 1 },
      { label: 'never', rows: 0 },
    ],
    ids: false,
    range: [0, 255],
    mean: [expect.closeTo(310 / 8 / 255, 12)],
    deviation: [expect.any(Number)],
    blank: 2,
    repeated: 1,
    contradictory: 1,
  })
  const text = formatDescription(found)
  for (const part of [
    'rows       4',
    'shape      2x1',
    '0..255 of 0..255',
    'blank      2',
    'repeated   1 row is the same picture as an earlier one, 1 of them with another label',
    '3 classes',
    '75.0 %',
  ]) {
    expect(text).toContain(part)
  }
  const { labels: _, classes: __, ...unlabelled } = table(4)
  expect(formatDescription(describe(unlabelled))).toContain('labels     none')
})

test('shapes as text', async () => {
  expect(parseShape('28x28')).toEqual({ height: 28, width: 28, channels: 1 })
  expect(parseShape('32x16x3')).toEqual({ height: 32, width: 16, channels: 3 })
  for (const text of ['28', '28x', '0x28', '28x28x3x1', '-1x2', '28 x 28']) {
    expect((await dataError(Promise.resolve().then(() => parseShape(text)))).message).toContain('28x28')
  }
})

test('equal pictures have equal hashes, whatever their labels, and others do not', () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 4, 3, 2, 1, 1, 2, 3, 4)
  const shape = { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' } as const
  const [a, b, c] = rowHashes({ pixels, rows: 3, shape })
  expect(a).toBe(c)
  expect(a).not.toBe(b)
  // Of the bytes 1, 2, 3, 4, as scikit-learn's murmurhash3_32 has it.
  expect(a).toBe(0x3e349da5)
})
