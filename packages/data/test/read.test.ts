import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { readTable } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

const TRAIN = 'label,pixel0,pixel1,pixel2,pixel3\n1,0,255,17,3\n0,9,8,7,6\n'
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('reads labels, pixels, shape and white', async () => {
  expect(await read(TRAIN)).toEqual({
    pixels: Uint8Array.of(0, 255, 17, 3, 9, 8, 7, 6),
    rows: 2,
    shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    labels: Uint16Array.of(1, 0),
    classes: ['0', '1'],
  })
})

test('reads the same from a path, a file URL, a blob, streams and gzip', async () => {
  const path = join(folder, 'train.csv')
  await writeFile(path, TRAIN)
  await writeFile(`${path}.gz`, gzipSync(TRAIN))
  const expected = await read(TRAIN)
  const sources = [
    path,
    `${path}.gz`,
    pathToFileURL(path),
    pathToFileURL(path).href,
    new Blob([TRAIN]),
    bytes(TRAIN).buffer as ArrayBuffer,
  ]
  for (const source of sources) expect(await readTable(source)).toEqual(expected)
  expect(await readTable(new Blob([TRAIN]).stream() as ReadableStream<Uint8Array>)).toEqual(expected)
  async function* single() {
    for (const byte of gzipSync(TRAIN)) yield Uint8Array.of(byte)
  }
  expect(await readTable(single())).toEqual(expected)
})

test('line ends, byte order mark, blank lines, spaces, quotes, zeros and whole decimals change nothing', async () => {
  const expected = await read(TRAIN)
  const variants = [
    TRAIN.replaceAll('\n', '\r\n'),
    `\ufeff${TRAIN}`,
    TRAIN.trimEnd(),
    TRAIN.replaceAll('\n', '\n\n  \n'),
    TRAIN.replaceAll(',', ' , \t'),
    TRAIN.replace('255', '"255"').replace('label', ' "label" '),
    TRAIN.replace('17', '0000017').replace('255', '255.0').replace(',9', ',9.'),
    TRAIN.replace('255', '2.55e+02'),
  ]
  for (const variant of variants) expect(await read(variant)).toEqual(expected)
})

test('a test file has no labels', async () => {
  const table = await read('pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n')
  expect([table.labels, table.classes, table.rows]).toEqual([undefined, undefined, 1])
  expect((await read(TRAIN, { label: false })).labels).toBeUndefined()
})

test('the label may be anywhere, by name, by index, and without a header', async () => {
  const { labels, pixels } = await read(TRAIN)
  const last = await read('pixel0,pixel1,pixel2,pixel3,class\n0,255,17,3,1\n9,8,7,6,0\n')
  const middle = await read('pixel0,pixel1,digit,pixel2,pixel3\n0,255,1,17,3\n9,8,0,7,6\n', { label: 'digit' })
  const bare = await read('0,255,17,3,1\n9,8,7,6,0\n', { label: -1 })
  const first = await read('1,0,255,17,3\n0,9,8,7,6\n', { label: 0, header: false })
  for (const table of [last, middle, bare, first]) expect([table.labels, table.pixels]).toEqual([labels, pixels])
})

test('without a header, the label is the end column that varies while the other stays', async () => {
  const rows = (last: boolean, change = 0) =>
    Array.from({ length: 8 }, (_, i) =>
      (last ? [i === 7 ? change : 0, i, 5, i, i % 3] : [i % 3, i, 5, i, 0]).join(','),
    ).join('\n')
  expect((await read(rows(true))).labels).toEqual(Uint16Array.from([0, 1, 2, 0, 1, 2, 0, 1]))
  expect((await read(rows(false))).labels).toEqual(Uint16Array.from([0, 1, 2, 0, 1, 2, 0, 1]))
  expect((await dataError(read(rows(true, 9)))).message).toContain('Pass label: 0')
  expect((await dataError(read('1,0,0,0,0')))?.message).toContain('Pass label: 0')
})

test('words are classes as they stand, whole numbers keep their gaps', async () => {
  const words = await read('label,pixel0\ndog,1\ncat,2\n"a ""b"", c",3\n')
  expect([words.classes, words.labels]).toEqual([['a "b", c', 'cat', 'dog'], Uint16Array.of(2, 1, 0)])
  const gaps = await read('label,pixel0\n24,1\n8,2\n10,3\n08,4\n8.0,5\n')
  expect([gaps.classes, gaps.labels]).toEqual([['8', '10', '24'], Uint16Array.of(2, 0, 1, 0, 0)])
  const bare = await read('cat,0,0,0,1\ndog,0,0,0,2\n')
  expect([bare.classes, bare.rows]).toEqual([['cat', 'dog'], 2])
})

test('given classes decide the indices, and a label that is not among them is named', async () => {
  const table = await read('label,pixel0\nb,1\na,2\n', { classes: ['c', 'b', 'a'] })
  expect([table.classes, table.labels]).toEqual([['c', 'b', 'a'], Uint16Array.of(1, 2)])
  expect((await read('label,pixel0\n3.0,1\n', { classes: ['9', '3'] })).labels).toEqual(Uint16Array.of(1))
  const error = await dataError(read('label,pixel0\nb,1\nx,2\n', { classes: ['a', 'b'] }))
  expect([error.row, error.column, error.found, error.expected]).toEqual([
    3,
    'label',
    "label 'x'",
    'one of the classes a, b',
  ])
})

test('white is the least of 1, 15, 16 and 255 that holds every value', async () => {
  const white = async (value: number) => (await read(`pixel0\n0\n${value}\n`)).maxValue
  expect(await Promise.all([0, 1, 2, 15, 16, 17, 255].map(white))).toEqual([1, 1, 15, 15, 16, 255, 255])
  expect((await read('pixel0\n1\n', { maxValue: 16 })).maxValue).toBe(16)
  expect((await dataError(read('pixel0\n17\n', { maxValue: 16 }))).expected).toBe('a whole number 0..16')
})

test('fractions are refused unless white is 1', async () => {
  expect((await dataError(read('pixel0\n0.5\n'))).advice).toContain('maxValue: 1')
  const table = await read('pixel0\n1\n0\n0.2\n1.0\n', { maxValue: 1 })
  expect([table.maxValue, table.pixels]).toEqual([255, Uint8Array.of(255, 0, 51, 255)])
  const whole = await read('pixel0\n1\n0\n', { maxValue: 1 })
  expect([whole.maxValue, whole.pixels]).toEqual([1, Uint8Array.of(1, 0)])
  expect((await read('pixel0\n1\n', { fractions: true })).pixels).toEqual(Uint8Array.of(255))
})

test('an id column is kept, unknown columns are refused by name or dropped', async () => {
  const table = await read('id,pixel0\nx7,1\n"x,8",2\n')
  expect(table.ids).toEqual(['x7', 'x,8'])
  const error = await dataError(read('y,label,pixel0\n1,2,3\n'))
  expect(error.message).toContain(
    "neither pixel, label nor id: 'y'. Is it what names the rows? Then pass id: 'y'. Pass drop: ['y']",
  )
  expect((await read('y,label,pixel0\n1,2,3\n', { drop: ['y'] })).pixels).toEqual(Uint8Array.of(3))
  expect((await dataError(read('y,pixel0\n1,3\n'))).message).toContain("Is it the label? Then pass label: 'y'. ")
})

test('shuffled pixel columns are put in order, missing ones named', async () => {
  const shuffled =
    'pixel2,label,pixel10,pixel1,pixel3,pixel4,pixel5,pixel6,pixel7,pixel8,pixel9,pixel11,pixel12,pixel13,pixel14,pixel15,pixel16'
  const row = shuffled
    .split(',')
    .map((name) => (name === 'label' ? 1 : Number(name.slice(5))))
    .join(',')
  expect((await read(`${shuffled}\n${row}\n`)).pixels).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i + 1))
  const gap = await dataError(read('pixel0,pixel1,pixel3,pixel5\n1,2,3,4\n'))
  expect(gap.message).toContain('2 pixel columns are missing: pixel2, pixel4')
  const grid = await read('2x1,1x1,1x2,2x2,1x3,2x3\n4,1,2,5,3,6\n')
  expect([grid.pixels, grid.shape.height, grid.shape.width]).toEqual([Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 3])
  expect((await dataError(read('1x1,1x2,2x2\n1,2,3\n'))).message).toContain('2x1')
})

test('several channels: the order that is given, else the smoother one', async () => {
  const side = 4
  const plane = (base: number) => Array.from({ length: side * side }, (_, i) => base + i)
  const planar = [...plane(0), ...plane(100), ...plane(200)]
  const interleaved = plane(0).flatMap((v) => [v, v + 100, v + 200])
  const notes: string[] = []
  const csv = (row: number[]) => `${row.map((_, i) => `pixel${i}`).join(',')}\n${row.join(',')}\n`
  const onNote = (note: string) => notes.push(note)
  expect((await read(csv(planar), { onNote })).shape).toEqual({
    height: 4,
    width: 4,
    channels: 3,
    channelOrder: 'planar',
  })
  expect((await read(csv(interleaved), { onNote })).shape.channelOrder).toBe('interleaved')
  expect(notes.map((note) => note.split(':')[0])).toEqual(['channels taken as planar', 'channels taken as interleaved'])
  expect((await read(csv(planar), { channels: 'interleaved' })).shape.channelOrder).toBe('interleaved')
})

test('transposed pictures are turned', async () => {
  const table = await read('1,2,3,4,5,6', { shape: { height: 3, width: 2 }, transpose: true, label: false })
  expect(table.pixels).toEqual(Uint8Array.of(1, 4, 2, 5, 3, 6))
  const shape = { height: 2, width: 2, channels: 3 }
  const turned = async (channels: 'planar' | 'interleaved') => [
    ...(await read('1,2,3,4,5,6,7,8,9,10,11,12', { shape, channels, transpose: true, label: false, header: false }))
      .pixels,
  ]
  expect(await turned('planar')).toEqual([1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12])
  expect(await turned('interleaved')).toEqual([1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12])
})

test('all pixels in one cell', async () => {
  const table = await read('emotion,pixels,Usage\n3,1 2 3 4,Training\n0,"5 6 7 8",Test\n', {
    label: 'emotion',
    drop: ['Usage'],
  })
  expect([table.pixels, table.labels, table.classes]).toEqual([
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    Uint16Array.of(1, 0),
    ['0', '3'],
  ])
})
