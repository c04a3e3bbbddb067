import { readRows, readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { zipOf } from '../../files/test/writer.ts'
import { bytes, dataError, read } from './helpers.ts'
import { tables } from './tables.ts'

const separators = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
  [' ', 'spaces'],
] as const

test.each(separators)('cells between "%s" read as between commas, and it is said', async (separator, words) => {
  const csv = tables.digitRecognizer()
  const wanted = await read(csv)
  const text = csv.replaceAll(',', separator)
  const notes: string[] = []
  expect(await read(text, { onNote: (note) => notes.push(note) })).toEqual(wanted)
  expect(notes).toEqual([`cells are separated by ${words}`])
  for (const parser of ['simd', 'plain', 'strict'] as const) expect(await read(text, { parser })).toEqual(wanted)
  expect(await read(text.replaceAll('\n', '\r\n').trimEnd())).toEqual(wanted)
  expect(await read(`sep=${separator}\r\n${text}`)).toEqual(wanted)
  expect(await readTable(zipOf([{ name: 'train.csv', data: text }]))).toEqual(wanted)
  const rows = []
  for await (const { pixels } of readRows(bytes(text), { batch: 2 })) rows.push(...pixels)
  expect(rows).toEqual([...wanted.pixels])
  const bare = await read(text.slice(text.indexOf('\n') + 1), { label: 0 })
  expect(bare.pixels).toEqual(wanted.pixels)
})

test('sep=, is a line above commas, and no row', async () => {
  expect(await read(`sep=,\n${tables.digitRecognizer()}`)).toEqual(await read(tables.digitRecognizer()))
})

test('quotes hold separators, runs of spaces are one, and ends of lines are no cells', async () => {
  const quoted = await read('label;pixel0;pixel1;pixel2;pixel3\n"a;b";1;2;"3";4\n"c ""d""";5; 6 ;7;8\n')
  expect([quoted.classes, [...quoted.pixels]]).toEqual([
    ['a;b', 'c "d"'],
    [1, 2, 3, 4, 5, 6, 7, 8],
  ])
  const spaced = await read('  9   1 2  3 4 \n 7 5\t6 7 8\n', { label: 0 })
  expect([spaced.classes, [...spaced.pixels]]).toEqual([
    ['7', '9'],
    [1, 2, 3, 4, 5, 6, 7, 8],
  ])
  const packed = await read('emotion;pixels;Usage\n3;1 2 3 4;Training\n', { label: 'emotion', drop: ['Usage'] })
  expect([...packed.pixels]).toEqual([1, 2, 3, 4])
})

test('decimal commas are refused with the reason, empty cells between tabs as such', async () => {
  const decimal = await dataError(read('label;pixel0\n1;0,5\n'))
  expect([decimal.code, decimal.row, decimal.column]).toEqual(['DATA_PIXEL_INVALID', 2, 'pixel0'])
  expect(decimal.advice).toBe('Decimals are written with commas here: save the file with decimal points.')
  const bare = await dataError(
    read('1;0,5;0,25\n2;0,5;0,25\n', { label: false, header: false, shape: { height: 1, width: 3 } }),
  )
  expect(bare.advice).toContain('Decimals are written with commas here')
  const empty = await dataError(read('label\tpixel0\n1\t\n'))
  expect([empty.found, empty.column]).toEqual(['an empty cell', 'pixel0'])
  const short = await dataError(read('label;pixel0\n1;2;3\n'))
  expect([short.code, short.found]).toEqual(['DATA_CELLS_COUNT', '3'])
})
