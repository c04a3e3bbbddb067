import {
  csvText,
  DataError,
  describe as describeTable,
  duplicates,
  readRows,
  readTable,
  selectRows,
  split,
} from '@pixelrow/data'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataError, read } from './helpers.ts'

const header = `label,${Array.from({ length: 4 }, (_, i) => `pixel${i}`).join(',')}`
const csv = (rows: readonly (readonly (number | string)[])[]) =>
  `${header}\n${rows.map((row) => row.join(',')).join('\n')}\n`
const rows = [
  [7, -0.4242, 2.8215, 0, -0.4242],
  [1, 0, 0, 0, 0],
  [7, 1, -1, '1e-3', '+.5'],
]

test('a CSV of floats is read as it is, whole and row by row, and this is said', async () => {
  const notes: string[] = []
  const table = await read(csv(rows), { onNote: (note) => notes.push(note) })
  expect(table.pixels).toEqual(Float32Array.from(rows.flatMap(([, ...pixels]) => pixels.map(Number))))
  expect(table).toMatchObject({ maxValue: 1, rows: 3, classes: ['1', '7'] })
  expect(notes).toEqual([expect.stringMatching(/^values kept as float32: .*dataType/)])
  const batches = []
  for await (const { pixels } of readRows(new TextEncoder().encode(csv(rows)), { batch: 2 })) batches.push(...pixels)
  expect(batches).toEqual([...table.pixels])
})

test('one fraction or minus among whole numbers stays a mistake, in the first row too', async () => {
  for (const value of ['0.5', '-1', '-0.5']) {
    const error = await dataError(read(csv([[1, 12, value, 200, 3]])))
    expect([error.code, error.row, error.column]).toEqual(['DATA_PIXEL_INVALID', 2, 'pixel1'])
  }
  const later = await dataError(read(csv([[1, 12, 0, 200, 3], ...rows])))
  expect(later).toMatchObject({ row: 3, params: { kind: 'float' } })
  expect(later.advice).toContain("dataType: 'float32'")
  const asTold = await read(csv([[1, 12, 0, 200, 3], ...rows]), { dataType: 'float32' })
  expect([...asTold.pixels.subarray(0, 5)]).toEqual([12, 0, 200, 3, Math.fround(-0.4242)])
})

test('what is no number of 32 bits is refused by its cell', async () => {
  for (const value of ['nan', 'inf', '', '1e39', '0x10', '1,5'.replace(',', ';')]) {
    const error = await dataError(read(csv([...rows, [1, 0.5, 0.25, value, 1]])))
    expect([error.row, error.column, error.expected]).toEqual([5, 'pixel2', 'a number'])
  }
  for (const option of [{ maxValue: 1 }, { fractions: true }])
    expect((await dataError(read(csv(rows), { dataType: 'float32', ...option }))).code).toBe('DATA_OPTION_CONFLICT')
})

test('a table of floats is written as CSV that gives the same floats, in as few digits as that takes', async () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
  await fc.assert(
    fc.asyncProperty(fc.array(finite, { minLength: 4, maxLength: 4 }), async (values) => {
      const pixels = Float32Array.from(values, (value) => value || 0)
      const shape = { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' } as const
      const text = [...csvText({ pixels, rows: 1, shape, maxValue: 1 })].join('')
      expect((await read(text, { dataType: 'float32' })).pixels).toEqual(pixels)
    }),
    { numRuns: 300, seed: 8 },
  )
  expect([...csvText(await read(csv(rows)))].join('')).toBe(csv([rows[0]!, rows[1]!, [7, 1, -1, 0.001, 0.5]]))
})

test('rows of floats are chosen, divided, compared and described as others are', async () => {
  const table = await read(csv([...rows, rows[0]!, rows[2]!]))
  expect([...selectRows(table, [2]).pixels]).toEqual([1, -1, Math.fround(0.001), 0.5])
  expect(duplicates(table)).toEqual([
    { row: 3, of: 0 },
    { row: 4, of: 2 },
  ])
  expect(split(table, { validation: 0.4, seed: 1 }).train.pixels).toBeInstanceOf(Float32Array)
  const { range, blank, dataType } = describeTable(table)
  expect([range.map(Math.fround), blank, dataType]).toEqual([[-1, 2.8215].map(Math.fround), 1, 'float32'])
  const turned = await read(csv(rows), { transpose: true })
  expect([...turned.pixels.subarray(0, 4)]).toEqual([-0.4242, 0, 2.8215, -0.4242].map(Math.fround))
})

test('a table of floats that is none is refused', async () => {
  const table = await readTable(new TextEncoder().encode(csv(rows)))
  for (const changes of [{ maxValue: 255 }, { pixels: new Float64Array(12) as never }, { rows: 2 }])
    expect(() => selectRows({ ...table, ...changes }, [0])).toThrow(DataError)
})
