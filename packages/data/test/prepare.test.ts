import { DataError, type PixelTable, selectRows, split } from '@pixelrow/data'
import { expect, test } from 'vitest'

/** `rows` rows of 2 × 1 pixels that hold their own number, of class `row % 3 === 0`. */
function table(rows: number): PixelTable {
  return {
    pixels: Uint8Array.from({ length: rows * 2 }, (_, i) => i >> 1),
    rows,
    shape: { height: 2, width: 1, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    labels: Uint16Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 1 : 0)),
    classes: ['no', 'yes'],
    ids: Array.from({ length: rows }, (_, row) => `r${row}`),
  }
}
const count = ({ labels }: PixelTable, label: number) => labels!.filter((l) => l === label).length

test('selected rows bring their pixels, labels and ids', () => {
  const selected = selectRows(table(5), Uint32Array.of(4, 0, 4))
  expect(selected).toMatchObject({ rows: 3, pixels: Uint8Array.of(4, 4, 0, 0, 4, 4), ids: ['r4', 'r0', 'r4'] })
  expect(selected.labels).toEqual(Uint16Array.of(0, 1, 0))
  expect(() => selectRows(table(5), [5])).toThrow(DataError)
})

test('a split keeps every row once and the classes in proportion', () => {
  const { train, validation } = split(table(90), { validation: 0.2, seed: 3 })
  expect([train.rows, validation.rows, count(validation, 1), count(train, 1)]).toEqual([72, 18, 6, 24])
  expect([...train.ids!, ...validation.ids!].sort()).toEqual(table(90).ids!.sort())
  expect(split(table(90), { seed: 3 })).toEqual({ train, validation })
  expect(split(table(90), { seed: 4 }).validation.ids).not.toEqual(validation.ids)
})

test('a split may be random, in rows, and without labels', () => {
  const { labels: _, ...unlabelled } = table(50)
  expect(split(unlabelled, { validation: 7 }).validation.rows).toBe(7)
  const counts = new Set(
    [0, 1, 2, 3, 4, 5].map((seed) => count(split(table(90), { seed, stratified: false }).validation, 1)),
  )
  expect(counts.size).toBeGreaterThan(1)
  for (const validation of [0, 50, -1, Number.NaN]) expect(() => split(table(50), { validation })).toThrow(DataError)
})
