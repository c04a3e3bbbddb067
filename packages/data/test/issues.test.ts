import { DataError, findIssues, type PixelTable } from '@pixelrow/data'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/** Pictures of 2 × 1 pixels with the labels of their classes. */
function table(
  pictures: readonly [number, number][],
  labels?: readonly number[],
  classes = ['a', 'b', 'c'],
): PixelTable {
  return {
    pixels: Uint8Array.from(pictures.flat()),
    rows: pictures.length,
    shape: { height: 2, width: 1, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    ...(labels && { labels: Uint16Array.from(labels), classes }),
  }
}

test('repeated, contradictory, blank and leaked rows and small classes are found where they are', () => {
  const train = table(
    [
      [1, 2],
      [0, 0],
      [1, 2],
      [3, 4],
      [1, 2],
      [9, 9],
    ],
    [0, 0, 0, 1, 1, 0],
  )
  const test = table([
    [3, 4],
    [7, 8],
    [1, 2],
  ])
  expect(findIssues(train, { test, fewest: 3 })).toEqual({
    repeated: [
      { row: 2, of: 0 },
      { row: 4, of: 0 },
    ],
    contradictory: [{ row: 4, of: 0 }],
    blank: [1, 5],
    small: [
      { label: 'b', rows: 2 },
      { label: 'c', rows: 0 },
    ],
    leaked: [
      { row: 0, of: 3 },
      { row: 2, of: 0 },
    ],
  })
})

test('where there are no labels nothing contradicts, and no class is small', () => {
  expect(
    findIssues(
      table([
        [1, 2],
        [1, 2],
      ]),
    ),
  ).toMatchObject({ contradictory: [], small: [], leaked: [] })
})

test('what is found is what a search by hand finds', () => {
  const pixel = fc.integer({ min: 0, max: 2 })
  const rows = fc.array(fc.tuple(pixel, pixel, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(rows, rows, (first, second) => {
      const pictures = first.map(([a, b]) => [a, b] as [number, number])
      const train = table(
        pictures,
        first.map(([, , label]) => label),
      )
      const test = table(second.map(([a, b]) => [a, b]))
      const firstOf = (a: number, b: number) => pictures.findIndex((each) => each[0] === a && each[1] === b)
      const repeated = first.flatMap(([a, b], row) => (firstOf(a, b) < row ? [{ row, of: firstOf(a, b) }] : []))
      expect(findIssues(train, { test, fewest: 2 })).toEqual({
        repeated,
        contradictory: repeated.filter(({ row, of }) => first[row]![2] !== first[of]![2]),
        blank: first.flatMap(([a, b], row) => (a === b ? [row] : [])),
        small: ['a', 'b', 'c'].flatMap((label, index) => {
          const count = first.filter(([, , each]) => each === index).length
          return count < 2 ? [{ label, rows: count }] : []
        }),
        leaked: second.flatMap(([a, b], row) => (firstOf(a, b) >= 0 ? [{ row, of: firstOf(a, b) }] : [])),
      })
    }),
  )
})

test('tables of other sizes, and options that are none, are refused', () => {
  const other = {
    ...table([[1, 2]]),
    shape: { height: 1, width: 1, channels: 1, channelOrder: 'interleaved' } as const,
    rows: 2,
  }
  expect(() => findIssues(table([[1, 2]]), { test: other })).toThrow(DataError)
  expect(() => findIssues(table([[1, 2]]), { fewest: -1 })).toThrow(/fewest must be/)
  expect(() => findIssues(table([[1, 2]]), { fewes: 1 } as object)).toThrow(/Did you mean fewest/)
})
