import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type PixelTable, type ReadOptions, readRows, readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { readTable as readInPage } from '../dist/browser.js'
import { dataError } from './helpers.ts'

// Made by make-parquet.py beside the folder, which also wrote down what it put in.
const at = (name: string) => join(import.meta.dirname, 'fixtures/parquet', `${name}.parquet`)
const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name)))
const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/parquet/expected.json'), 'utf8'))

function expectSame(name: string, table: PixelTable, scale = 1): void {
  const { pixels, labels } = expected[`${name}.parquet`]
  expect([...table.pixels], name).toEqual(pixels.map((value: number) => Math.round(value * scale)))
  expect(
    Array.from(table.labels!, (label) => table.classes![label]),
    name,
  ).toEqual(labels)
}

test('pictures of Hugging Face read with the names of their classes, in the order that the file gives', async () => {
  for (const name of ['mnist', 'zstd', 'words']) {
    const table = await readTable(at(name))
    expectSame(name, table)
    expect(table.classes).toEqual(expected[`${name}.parquet`].classes)
    const channels = name === 'words' ? 3 : 1
    expect(table).toMatchObject({ rows: 6, maxValue: 255, shape: { height: 8, width: 8, channels } })
    expect(table.preparation).toMatchObject({ size: [8, 8] })
  }
  expect((await readTable(at('mnist'))).ids).toEqual(expected['mnist.parquet'].ids)
  expect((await readTable(at('zstd'))).ids).toBeUndefined()
  const small = await readTable(bytesOf('mnist'), { size: 4, label: false })
  expect([small.shape.height, small.labels]).toEqual([4, undefined])
  const given = await readTable(at('words'), { classes: ['cat', 'zebra', 'ant'] })
  expect(given.classes).toEqual(['cat', 'zebra', 'ant'])
})

test('columns of pixels read like those of a CSV, numbers of any type, packed or not', async () => {
  for (const name of ['bytes', 'long', 'indexed']) {
    const table = await readTable(at(name))
    expectSame(name, table)
    expect(table, name).toMatchObject({ rows: 6, maxValue: 255, shape: { height: 4, width: 4, channels: 1 } })
  }
  expectSame('fractions', await readTable(at('fractions'), { maxValue: 1 }), 255)
  expectSame('bytes', await readTable(gzipSync(bytesOf('bytes'))))
  const wide = await readTable(at('bytes'), { shape: { height: 2, width: 8 }, label: false })
  expect([wide.shape.width, wide.labels]).toEqual([8, undefined])
  expectSame('unknown', await readTable(at('unknown'), { drop: ['usage'] }))
})

test.each<[name: string, options: ReadOptions, code: string]>([
  ['fractions', { dataType: 'uint8' }, 'DATA_PIXEL_INVALID'],
  ['holes', {}, 'DATA_PIXEL_INVALID'],
  ['empty', {}, 'DATA_ROWS_MISSING'],
  ['unknown', {}, 'DATA_COLUMN_UNKNOWN'],
  ['bytes', { label: 'digit' }, 'DATA_COLUMN_MISSING'],
  ['bytes', { header: true }, 'DATA_OPTION_UNFIT'],
  ['words', { classes: ['zebra'] }, 'DATA_LABEL_UNKNOWN'],
])('%s read with %j is refused as %s', async (name, options, code) => {
  expect((await dataError(readTable(at(name), options))).code).toBe(code)
})

test('a column that is kept is a text of each row', async () => {
  const { kept, rows } = await readTable(at('unknown'), { keep: ['usage'] })
  expect(kept).toEqual({ usage: Array.from({ length: rows }, () => 'T') })
})

test('a file that is cut is refused in a sentence', async () => {
  for (const name of ['mnist', 'bytes']) {
    const whole = bytesOf(name)
    for (const length of [12, whole.length >> 1, whole.length - 1])
      expect((await dataError(readTable(whole.subarray(0, length)))).code).toBe('DATA_FILE_DAMAGED')
  }
})

test('Parquet is not read in batches, and not in a page', async () => {
  expect((await dataError(readRows(at('bytes')).next())).advice).toBe('Read it with readTable.')
  const error = await readInPage(bytesOf('bytes')).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'DATA_SOURCE_INVALID', message: expect.stringContaining('Read it in Node') })
})
