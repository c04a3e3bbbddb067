import { gzipSync } from 'node:zlib'
import { readRows, readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

const header = 'label,pixel0,pixel1,pixel2,pixel3'
const bad = (rows: string) => dataError(read(`${header}\n1,0,0,0,0\n${rows}`, { name: 'train.csv' }))

test.each([
  [
    '1,2,3,4',
    undefined,
    '4',
    '5 cells',
    'train.csv row 3: expected 5 cells, found 4. The file is cut short or damaged: fetch it again.',
  ],
  ['1,2,3,4,5,6', undefined, '6', '5 cells', 'Correct or delete this row.'],
  ['1,2,3,4,5,', undefined, '6', '5 cells', 'take the comma off'],
  ['1,2,,4,5', 'pixel1', 'an empty cell', 'a whole number 0..255', 'Every pixel needs a value'],
  ['1,2,"",4,5', 'pixel1', 'an empty cell', 'a whole number 0..255', ''],
  ['1,2,abc,4,5', 'pixel1', "'abc'", 'a whole number 0..255', "found 'abc'. Correct this cell."],
  ['1,2,-1,4,5', 'pixel1', "'-1'", 'a whole number 0..255', ''],
  ['1,2,300,4,5', 'pixel1', "'300'", 'a whole number 0..255', 'if such values are meant, scale them to 0..255 first.'],
  ['1,2,256,4,5', 'pixel1', "'256'", 'a whole number 0..255', ''],
  ['1,2,12.5,4,5', 'pixel1', "'12.5'", 'a whole number 0..255', ''],
  ['1,2,0x1F,4,5', 'pixel1', "'0x1F'", 'a whole number 0..255', ''],
  ['1,2,NaN,4,5', 'pixel1', "'NaN'", 'a whole number 0..255', ''],
  ['1,2,1 2,4,5', 'pixel1', "'1 2'", 'a whole number 0..255', ''],
  [',2,3,4,5', 'label', 'an empty cell', 'a label', ''],
  ['1,2,"3,4,5', 'pixel1', 'a stray quote', 'quotes around a whole cell', 'A quoted cell ends on its line'],
  ['1,2,"3"4,4,5', 'pixel1', 'a stray quote', 'quotes around a whole cell', ''],
  ['1,2,3"3,4,5', 'pixel1', 'a stray quote', 'quotes around a whole cell', ''],
  ['1,2,3\0,4,5', 'pixel1', 'a NUL byte', 'text', 'UTF-16'],
  ['1,2,3,4,5\r1,2,3,4,5', 'pixel3', 'a bare CR', 'LF or CR LF', 'Unix (LF)'],
])('%j names row, column, what was found and expected', async (row, column, found, expected, text) => {
  const error = await bad(row)
  expect([error.file, error.row, error.column, error.found, error.expected]).toEqual([
    'train.csv',
    3,
    column,
    found,
    expected,
  ])
  expect(error.message).toContain('train.csv row 3')
  expect(error.message).toContain(text)
})

test.each([['simd'], ['plain'], ['strict']] as const)(
  '%s: a short row is a cut file only where it is the last and unfinished',
  async (parser) => {
    const advice = async (rows: string) =>
      (await dataError(read(`${header}\n1,0,0,0,0\n${rows}`, { parser, maxValue: 255 }))).advice
    const cut = 'The file is cut short or damaged: fetch it again.'
    expect(await advice('1,2')).toBe(cut)
    expect(await advice('1,2\n')).toBe('Correct or delete this row.')
    expect(await advice('1,2\n1,2,3,4,5')).toBe('Correct or delete this row.')
    expect(await advice('1,2,3,4,5,6')).toBe('Correct or delete this row.')
  },
)

test('a column of another name is offered as label and id, unless they are there or unwanted', async () => {
  const words = 'kind,pixel0\ncat,1\n'
  const problem = "input row 1: neither pixel, label nor id: 'kind'."
  expect((await dataError(read(words))).message).toBe(
    `${problem} Is it the label? Then pass label: 'kind'. Is it what names the rows? Then pass id: 'kind'. Pass drop: ['kind'] to leave it out.`,
  )
  expect((await dataError(read(words, { label: false, id: false }))).message).toBe(
    `${problem} Pass drop: ['kind'] to leave it out.`,
  )
  const { code, params } = await dataError(read(words, { id: false }))
  expect({ code, params }).toMatchObject({
    code: 'DATA_COLUMN_UNKNOWN',
    params: { file: 'input', row: 1, columns: ['kind'], label: true, id: false },
  })
  expect((await read(words, { label: 'kind' })).classes).toEqual(['cat'])
})

test('the row is the line an editor shows, blank lines and header counted', async () => {
  expect((await bad('\n\n\n1,2,3,4,5\n1,2,x,4,5')).row).toBe(7)
})

test('empty files, a header alone, other separators and encodings are explained', async () => {
  expect((await dataError(read(''))).message).toBe('input: is empty. Is the path right?')
  expect((await dataError(read('\n \n'))).message).toContain('is empty')
  expect((await dataError(read(`${header}\n`))).message).toBe('input: has a header and no rows. Is it the right file?')
  expect((await dataError(read('sep=x\nlabelxpixel0\n'))).message).toContain('found sep=x. Save the file with commas.')
  const utf16 = new Uint8Array(Buffer.from(`\ufeff${header}\n`, 'utf16le'))
  expect((await dataError(readTable(utf16))).message).toContain('UTF-16')
  expect((await dataError(readTable(utf16.subarray(2)))).message).toContain('NUL')
  expect((await dataError(readTable(Uint8Array.of(0x6c, 0xff, 0x2c, 0x31, 10)))).message).toContain('UTF-8')
})

test('headers: twice the same name, unknown names, numbers that may be a header', async () => {
  expect((await dataError(read('label,pixel0,pixel0\n1,2,3\n'))).message).toContain('two columns have this name')
  expect((await dataError(read('label,a,b,c,d\n1,2,3,4,5\n'))).message).toContain('expected names such as pixel0')
  expect((await dataError(read('label,pixel0,pixel00\n1,2,3\n'))).message).toContain('means the same pixel')
  const counting = `${Array.from({ length: 9 }, (_, i) => i).join(',')}\n`
  expect((await dataError(read(counting + counting))).message).toContain('Pass header: true')
  expect((await read(counting + counting, { header: true })).rows).toBe(1)
  expect((await read(counting + counting, { header: false })).rows).toBe(2)
})

test('shapes that do not fit are refused', async () => {
  expect((await dataError(read('pixel0,pixel1\n1,2\n'))).message).toContain('2 pixel columns')
  expect((await dataError(read('pixel0,pixel1\n1,2\n', { shape: { height: 3, width: 1 } }))).message).toContain(
    'Is this test.csv?',
  )
  expect((await read('pixel0,pixel1\n1,2\n', { shape: { height: 2, width: 1 } })).shape.height).toBe(2)
})

test('a label column that is not there is refused with the names', async () => {
  expect((await dataError(read(`${header}\n1,2,3,4,5\n`, { label: 'digit' }))).message).toContain(
    'found columns label, pixel0',
  )
  expect((await dataError(read('1,2,3,4,5\n', { label: 'digit' }))).message).toContain('Pass its 0-based index')
  expect((await dataError(read('1,2,3,4,5\n', { label: 9 }))).message).toContain('0..4')
})

test('a pixel column that is named as the label or to leave out is no cut file', async () => {
  const rows = `${header}\n1,2,3,4,5\n`
  for (const options of [{ label: 'pixel1' }, { id: 'pixel1' }, { drop: ['pixel1'] }]) {
    expect(await dataError(read(rows, { label: 0, ...options }))).toMatchObject({
      message:
        'input row 1: pixel1 is among the pixels, and named as label, id or to leave out. Name a column that holds no pixels.',
      code: 'DATA_PIXEL_MISSING',
      params: { columns: ['pixel1'], count: 1, named: true },
    })
  }
  const cut = await dataError(read('label,pixel0,pixel2\n1,2,3\n'))
  expect(cut.message).toBe(
    'input row 1: 1 pixel column is missing: pixel1. The file is cut short or damaged: fetch it again.',
  )
  expect(cut.params).toMatchObject({ columns: ['pixel1'], named: false })
})

test('gzip that is cut short or damaged is an error', async () => {
  const packed = gzipSync(`${header}\n${'1,2,3,4,5\n'.repeat(1000)}`)
  for (const cut of [packed.subarray(0, packed.length - 9), packed.subarray(0, 20), packed.subarray(0, 3)]) {
    expect((await dataError(readTable(new Uint8Array(cut)))).message).toContain('cannot be unpacked')
  }
  // A wrong header, in chunks, makes the inflater fail while it still wants more.
  async function* pieces() {
    for (let at = 0; at < packed.length; at += 20)
      yield at === 0 ? Uint8Array.of(0x1f, 0x8b, 7) : packed.subarray(at, at + 20)
  }
  expect((await dataError(readTable(pieces()))).message).toContain('cannot be unpacked')
  const damaged = new Uint8Array(packed)
  damaged[packed.length - 6]! ^= 1
  expect((await dataError(readTable(damaged))).message).toContain('cannot be unpacked')
})

test('a path that is not there, and a folder', async () => {
  const missing = await dataError(readTable('no/such/train.csv'))
  expect(missing.message).toBe('no/such/train.csv: no such file. Check the path.')
  expect(missing.file).toBe('no/such/train.csv')
  const folder = `${import.meta.dirname}/../src`
  expect((await dataError(readTable(folder))).message).toContain('has no pictures')
  const shape = { height: 8, width: 8 }
  expect((await dataError(readRows(folder, { shape }).next())).message).toContain('has no pictures')
  const { code, message } = await dataError(readRows(folder).next())
  expect({ code, message }).toEqual({
    code: 'DATA_SHAPE_MISSING',
    message: `${folder}: pictures that are read piece by piece need a size and colours. Pass the shape.`,
  })
})

test('an aborted read stops with the signal reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(readTable(bytes(`${header}\n1,2,3,4,5\n`), { signal })).rejects.toThrow('enough')
})

test.each<[string, Parameters<typeof read>[1], object]>([
  ['', {}, { code: 'DATA_FILE_EMPTY', params: { file: 'input' } }],
  ['pixel0\n', {}, { code: 'DATA_ROWS_MISSING', params: { file: 'input' } }],
  ['sep=#\n1#2\n', {}, { code: 'DATA_SEPARATOR_INVALID', params: { separator: '#', row: 1 } }],
  [
    'pixel0\n0.5\n',
    {},
    { code: 'DATA_PIXEL_INVALID', params: { row: 2, column: 'pixel0', max: 255, kind: 'fraction' } },
  ],
  ['pixel0\n7\n', { maxValue: 1 }, { code: 'DATA_PIXEL_INVALID', params: { max: 1, kind: 'white', found: "'7'" } }],
  ['pixel0\n\0\n', {}, { code: 'DATA_CELL_INVALID', params: { byte: 0, row: 2 } }],
  ['pixel0,pixel2\n1,2\n', {}, { code: 'DATA_PIXEL_MISSING', params: { columns: ['pixel1'], count: 1, named: false } }],
  ['pixel0\n1\n', { label: 3 }, { code: 'DATA_COLUMN_OUTSIDE', params: { place: 3, columns: 1 } }],
])('%j with %j is told by code and params', async (text, options, expected) => {
  expect(await dataError(read(text, options))).toMatchObject(expected)
})
