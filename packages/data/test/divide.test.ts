import { createHash } from 'node:crypto'
import { type DataError, kFold, type PixelTable, random, repeatCounts, rowHashes, split } from '@pixelrow/data'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const shape = { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' } as const

/** A table of the given pictures, each its number in four bytes. The ids are the row numbers. */
function tableOf(pictures: readonly number[], labels?: readonly number[], classes = 10): PixelTable {
  return {
    pixels: Uint8Array.from(pictures.flatMap((number) => [0, 8, 16, 24].map((bits) => (number >> bits) & 255))),
    rows: pictures.length,
    shape,
    maxValue: 255,
    ...(labels && { labels: Uint16Array.from(labels), classes: Array.from({ length: classes }, (_, i) => String(i)) }),
    ids: pictures.map((_, row) => String(row)),
  }
}

/** Different pictures, with random labels. */
function different(rows: number, classes: number): PixelTable {
  const { below } = random(rows, 999)
  const numbers = Array.from({ length: rows }, (_, row) => row)
  return tableOf(
    numbers,
    numbers.map((row) => below(0, row, classes)),
    classes,
  )
}

const rowsOf = ({ ids }: PixelTable) => ids!.map(Number)
const picturesIn = (table: PixelTable) => new Set(rowHashes(table))
const shared = (a: PixelTable, b: PixelTable) => [...picturesIn(a)].filter((hash) => picturesIn(b).has(hash))
const hash = ({ ids }: PixelTable) => createHash('sha256').update(ids!.join()).digest('hex').slice(0, 16)
const refusal = (work: () => unknown): DataError => {
  try {
    work()
  } catch (error) {
    return error as DataError
  }
  throw new Error('nothing was refused')
}

// The rows that were held out before pictures were compared.
test.each([
  [50, 3, { validation: 0.05 }, '2df32307c47ab826'],
  [50, 3, { validation: 0.05, stratified: false }, 'be7b882cda5263ec'],
  [1000, 10, { validation: 0.2, seed: 7 }, '1912944b274566d2'],
  [4211, 26, { validation: 0.05, seed: 7 }, 'e5aa5651face1dff'],
  [4211, 26, { validation: 7 }, 'b41c9cf17fd2266c'],
  [300, 100, { validation: 0.2, stratified: false }, 'fdc39e23a46eaeec'],
])('a table of %i different pictures in %i classes is split as ever: %o', (rows, classes, options, expected) => {
  expect(hash(split(different(rows, classes), options).validation)).toBe(expected)
})

test.each([
  [50, 3, { folds: 2 }, 'abd3b99db8792120-98945f4ef0209082'],
  [
    300,
    100,
    { folds: 7 },
    '2ffab62fc98628d5-79e37c797f6b1d38-0ad93ddfcc2a348a-8fdda833a3035c42-f73bc52534f3c9e6-c4196d5d49dedf1c-22eb8c0b31590cd3',
  ],
  [90, 2, { folds: 3, stratified: false }, '5150a77e06cb308e-83460e7eb41cbfdb-2d26bfa646c7ebcb'],
])('%i different pictures in %i classes make the same folds as ever: %o', (rows, classes, options, expected) => {
  const folds = [...kFold(different(rows, classes), { ...options, seed: 3 })]
  expect(folds.map(({ validation }) => hash(validation)).join('-')).toBe(expected)
})

/** Few pictures, some often, with labels that may contradict each other. */
const crowded = fc
  .array(fc.tuple(fc.nat(12), fc.nat(3), fc.integer({ min: 1, max: 6 })), { minLength: 2, maxLength: 30 })
  .map((draws) => {
    const rows = draws.flatMap(([picture, label, times]) => Array.from({ length: times }, () => ({ picture, label })))
    return tableOf(
      rows.map(({ picture }) => picture),
      rows.map(({ label }) => label),
    )
  })

const classesIn = ({ labels }: PixelTable) => new Set(labels)

test('equal pictures are on one side of a split, and training keeps every class', () => {
  const settings = fc.record({
    validation: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
    seed: fc.nat(99),
    stratified: fc.boolean(),
  })
  fc.assert(
    fc.property(crowded, settings, (table, options) => {
      const asked = Math.round(options.validation * table.rows)
      const rows = new Map<number, number>()
      for (const each of rowHashes(table)) rows.set(each, (rows.get(each) ?? 0) + 1)
      try {
        const { train, validation } = split(table, options)
        expect(shared(train, validation)).toEqual([])
        expect([...rowsOf(train), ...rowsOf(validation)].sort((a, b) => a - b)).toEqual(rowsOf(table))
        if (options.stratified) expect(classesIn(train)).toEqual(classesIn(table))
        expect(train.rows).toBeGreaterThan(0)
        // More than asked for only where no picture has as few rows.
        const fits = validation.rows <= asked
        const single = picturesIn(validation).size === 1
        expect(fits || single).toBe(true)
      } catch (error) {
        expect((error as DataError).code).toBe('DATA_SPLIT_IMPOSSIBLE')
      }
    }),
    { seed: 3, numRuns: 400 },
  )
})

test('a split holds out as many rows as asked for where pictures are few rows each', () => {
  const pictures = Array.from({ length: 600 }, (_, row) => row >> 1)
  const table = tableOf(
    pictures,
    pictures.map((picture) => picture % 10),
  )
  const { validation } = split(table, { validation: 0.1 })
  expect(validation.rows).toBe(60)
  expect(new Set(validation.labels).size).toBe(10)
})

test('a class of one row is trained on, of two rows one may be held out', () => {
  const labels = [...Array(20).fill(0), ...Array(20).fill(1), 2, 3, 3]
  const table = tableOf(
    labels.map((_, row) => row),
    labels,
  )
  for (let seed = 0; seed < 20; seed++) {
    const { train, validation } = split(table, { validation: 0.5, seed })
    expect([...classesIn(train)].sort()).toEqual([0, 1, 2, 3])
    expect(validation.labels!.filter((label) => label === 3).length).toBeLessThan(2)
    expect(validation.rows).toBe(22)
  }
})

test('what cannot be split is refused, with the numbers', () => {
  const same = tableOf(Array(12).fill(7), Array(12).fill(0))
  const error = refusal(() => split(same))
  expect(error.message).toBe(
    'split: all 12 rows are the same picture. Pass another number, or train without rows held out.',
  )
  expect([error.code, error.params]).toEqual(['DATA_SPLIT_IMPOSSIBLE', { rows: 12, asked: 2, pictures: 1 }])
  const single = tableOf([0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1])
  expect(refusal(() => split(single)).message).toContain('every class has a single picture')
  expect(split(single, { stratified: false }).validation.rows).toBe(3)
  expect(refusal(() => split(different(10, 2), { validation: 10 })).message).toContain('leaves one side without any')
})

test('a picture of more rows than the share is held out where all pictures have that many', () => {
  const table = tableOf([...Array(30).fill(0), ...Array(20).fill(1), ...Array(40).fill(2)], undefined)
  expect(rowsOf(split(table, { validation: 0.05 }).validation)).toEqual(Array.from({ length: 20 }, (_, i) => 30 + i))
})

test('folds hold out every row once, equal pictures together', () => {
  fc.assert(
    fc.property(crowded, fc.integer({ min: 2, max: 5 }), fc.boolean(), (table, folds, stratified) => {
      if (picturesIn(table).size < folds) {
        expect(refusal(() => kFold(table, { folds, stratified })).code).toBe('DATA_SPLIT_IMPOSSIBLE')
        return
      }
      const all = [...kFold(table, { folds, stratified, seed: 1 })]
      expect(all.flatMap(({ validation }) => rowsOf(validation)).sort((a, b) => a - b)).toEqual(rowsOf(table))
      for (const { train, validation } of all) {
        expect(shared(train, validation)).toEqual([])
        expect(validation.rows).toBeGreaterThan(0)
        expect(train.rows + validation.rows).toBe(table.rows)
      }
    }),
    { seed: 4, numRuns: 200 },
  )
})

test('repeated pictures are counted, and those that contradict the first label', () => {
  expect(repeatCounts(tableOf([1, 2, 1, 1, 3], [0, 0, 0, 4, 0]))).toEqual({ repeated: 2, contradictory: 1 })
  expect(repeatCounts(tableOf([1, 2, 1]))).toEqual({ repeated: 1 })
  expect(repeatCounts(different(50, 3))).toEqual({ repeated: 0, contradictory: 0 })
})

// scikit-learn's murmurhash3_32 of the bytes 0, 1, 2, …
test.each([
  [1, 1364076727],
  [2, 1893835456],
  [3, 1372901591],
  [5, 3433356491],
  [7, 2373863700],
  [16, 420836317],
])('the hash of %i bytes is MurmurHash3', (width, expected) => {
  const pixels = Uint8Array.from({ length: width + 3 }, (_, i) => i - 3).subarray(3)
  expect([...rowHashes({ pixels, rows: 1, shape: { ...shape, height: 1, width } })]).toEqual([expected])
})
