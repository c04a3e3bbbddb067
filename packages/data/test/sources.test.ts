import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ReadOptions, readRows, readTable, type TableSource, writeIdx } from '@pixelrow/data'
import { type PictureFile, type PictureOptions, readPictures } from '@pixelrow/data/pictures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zipOf } from '../../files/test/writer.ts'
import { bytes, dataError } from './helpers.ts'

const at = (name: string) => join(import.meta.dirname, 'fixtures/pictures', name)
const csv = bytes('label,pixel0,pixel1,pixel2,pixel3\n1,0,255,17,3\n0,9,8,7,6\n')
const images = writeIdx([2, 2, 2], Uint8Array.of(0, 255, 17, 3, 9, 8, 7, 6))
const labels = writeIdx([2], Uint8Array.of(1, 0))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-sources-'))
  await writeFile(join(folder, 'labels'), labels)
  await cp(at('digits'), join(folder, 'parts/train'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

/** A table for which each option makes sense. */
function csvFor(option: keyof ReadOptions): Uint8Array {
  if (option === 'id') return bytes('row,label,pixel0,pixel1,pixel2,pixel3\nx,1,0,255,17,3\ny,0,9,8,7,6\n')
  if (option === 'drop') return bytes('Usage,label,pixel0,pixel1,pixel2,pixel3\nx,1,0,255,17,3\ny,0,9,8,7,6\n')
  if (option === 'channels') return bytes('label,pixel0,pixel1,pixel2\n1,0,255,17\n0,9,8,7\n')
  if (option === 'maxValue' || option === 'fractions') return bytes('label,pixel0\n1,0\n0,1\n')
  return csv
}

const npy = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures/arrays', name)))
/** Numbers without dimensions of an image, for what says something of those. */
function npyFor(option: keyof ReadOptions): Uint8Array {
  if (option === 'shape') return npy('flat-2x2.npy')
  if (option === 'channels') return npy('flat-2x2x3.npy')
  return npy(option === 'maxValue' || option === 'fractions' ? 'ones.npy' : 'pair.npy')
}

function npzFor(option: keyof ReadOptions): Uint8Array {
  const [member, label] =
    option === 'member' ? ['train.csv', 'y'] : ['x_train', option === 'label' ? 'label' : 'y_train']
  return zipOf([
    { name: `${member}.npy`, data: npyFor(option) },
    { name: `${label}.npy`, data: npy('pair-labels.npy') },
  ])
}

/** Each kind of source, and how it is read. */
const sources: Record<string, (options: ReadOptions, option: keyof ReadOptions) => Promise<unknown>> = {
  csv: (options, option) => readTable(csvFor(option), options),
  'csv in a zip': (options, option) => readTable(zipOf([{ name: 'train.csv', data: csvFor(option) }]), options),
  idx: (options) => readTable(images, options),
  npy: (options, option) => readTable(npyFor(option), options),
  npz: (options, option) => readTable(npzFor(option), options),
  folder: (options, option) => readTable(option === 'part' ? join(folder, 'parts') : at('digits'), options),
  'zip of pictures': (options) => readTable(at('digits.zip'), options),
  rows: async (options, option) => {
    for await (const _ of readRows(csvFor(option), options));
  },
}

const all = Object.keys(sources).join()
const arrays = 'npy,npz'
const everyCsv = 'csv,csv in a zip,rows'
const pictures = 'folder,zip of pictures'

/** A value of each option, and the sources that take it. */
const cases: [option: keyof ReadOptions, value: unknown, takers: string][] = [
  ['label', 'label', `${everyCsv},npz`],
  ['label', false, all],
  ['id', 'row', everyCsv],
  ['id', false, all.replace(/csv,csv in a zip,|,rows/g, '')],
  ['drop', ['Usage'], `${everyCsv},${pictures}`],
  ['drop', [], all.replace(/csv,csv in a zip,|,rows/g, '')],
  ['shape', { height: 2, width: 2 }, all],
  ['channels', 'planar', `${everyCsv},${arrays}`],
  ['header', true, everyCsv],
  ['maxValue', 1, `${everyCsv},${arrays}`],
  ['maxValue', 255, all],
  ['fractions', true, `${everyCsv},${arrays}`],
  ['dataType', 'float32', `${everyCsv},idx,${arrays}`],
  ['transpose', true, `${everyCsv},idx,${arrays}`],
  ['classes', ['0', '1', '2', '10'], all],
  ['parser', 'plain', everyCsv],
  ['labels', labels, 'idx,npy,npz'],
  ['part', 'train', 'csv in a zip,folder,npz'],
  ['member', 'train.csv', 'csv in a zip,npz'],
  ['size', 3, pictures],
  ['resize', 'stretch', pictures],
  ['color', 'rgb', pictures],
  ['background', 9, pictures],
  ['name', 'a name', all],
]

/** What says nothing about whether an option is for a kind of source: another reason to refuse, which the fixture gives. */
const others: Record<string, RegExp> = {
  'id false': /neither pixel, label nor id: 'row'/,
  'drop []': /neither pixel, label nor id: 'Usage'/,
  // Of pictures they are a CSV.
  [`labels ${JSON.stringify(labels)}`]: /found a NUL byte/,
  'maxValue 1': /a whole number 0\.\.1, found 255/,
  'part "train"': /expected a folder train/,
  'member "train.csv"': /expected one file train\.csv/,
}

describe.each(Object.keys(sources))('%s', (source) => {
  test.each(cases)('%s %j is used or refused', async (option, value, takers) => {
    const found = await sources[source]!({ [option]: value }, option).then(
      () => 'taken',
      (error) => (error.code === 'DATA_OPTION_UNFIT' ? error.code : error.message),
    )
    if (takers.split(',').includes(source)) expect(found).toBe('taken')
    else if (found !== 'DATA_OPTION_UNFIT') expect(found).toMatch(others[`${option} ${JSON.stringify(value)}`] ?? /^$/)
  })
})

test('the error says what the source is and what the option is for', async () => {
  const error = await dataError(readTable(csv, { labels, name: 'train.csv' }))
  expect(error.message).toBe(
    'train.csv: is CSV, which takes no option labels: it is for IDX, npy, npz and pictures. Leave labels out.',
  )
  const params = { option: 'labels', source: 'csv', sources: ['idx', 'npy', 'npz', 'pictures'], file: 'train.csv' }
  expect([error.code, error.params]).toEqual(['DATA_OPTION_UNFIT', params])
  expect((await dataError(readTable(at('digits'), { header: false }))).message).toContain(
    'holds pictures, which take no option header: it is for CSV. Leave header out.',
  )
})

test('the labels of IDX in a zip are a file beside it', async () => {
  const zip = zipOf([{ name: 'images', data: images }])
  const table = await readTable(zip, { member: 'images', labels: join(folder, 'labels') })
  expect([table.labels, table.classes]).toEqual([Uint16Array.of(1, 0), ['0', '1']])
})

test('options that say different things are refused', async () => {
  const conflicts: [ReadOptions, string][] = [
    [{ member: 'train.csv', part: 'test' }, 'member and part'],
    [{ fractions: true, maxValue: 16 }, 'fractions and maxValue'],
  ]
  for (const [options, names] of conflicts) {
    const error = await dataError(readTable(csv, options))
    expect(error.message).toBe(`readTable: ${names} say different things. Leave one of them out.`)
    expect(error.code).toBe('DATA_OPTION_CONFLICT')
  }
  const shape = { height: 3, width: 3 }
  expect((await dataError(readTable(at('sizes'), { size: 2, shape }))).message).toContain('size and shape')
  expect((await dataError(readTable(at('sizes'), { color: 'rgb', shape }))).message).toContain('color and shape')
})

test('a shape that IDX does not have is refused, and the one it has is not', async () => {
  const error = await dataError(readTable(images, { shape: { height: 4, width: 1 }, name: 'a.idx' }))
  expect(error.message).toBe('a.idx: holds images of 2x2, expected 4x1. Leave shape out.')
  expect(error.code).toBe('DATA_SHAPE_OTHER')
})

test('channels are refused for pictures of one, and a folder to drop that is not there is told', async () => {
  const error = await dataError(readTable(csv, { channels: 'planar', name: 'a.csv' }))
  expect(error.message).toBe('a.csv: its pictures have one channel. Leave channels out.')
  const notes: string[] = []
  await readTable(at('digits'), { drop: ['2', 'masks'], classes: ['10'], onNote: (note) => notes.push(note) })
  expect(notes).toContain("no folder 'masks' to leave out")
  expect((await dataError(readTable(at('digits'), { drop: [0] }))).message).toContain('drop must be names of folders')
})

test('what cannot be read at all is refused as what it is', async () => {
  for (const [source, found] of [
    [5, 'number'],
    [null, 'null'],
    [{ path: 'a.csv' }, 'object'],
  ]) {
    const error = await dataError(readTable(source as TableSource))
    expect(error.message).toBe(`expected a path, a URL, bytes, a blob or a stream of bytes, found ${found}.`)
    expect(error.code).toBe('DATA_SOURCE_INVALID')
  }
  const rows = await dataError(readRows(images, { name: 'a.idx' }).next())
  expect([rows.code, rows.message]).toEqual([
    'DATA_SOURCE_INVALID',
    'a.idx: expected CSV, to read in batches, found IDX. Read it with readTable.',
  ])
})

test('a list of pictures takes what pictures take, and is one', async () => {
  const blob = new Blob([await readFile(at('kinds/grey.png'))])
  const files = [
    { name: 'a/1.png', blob },
    { name: 'b/1.png', blob },
  ]
  expect((await readPictures(files, { size: 2, resize: 'stretch', background: 3 })).rows).toBe(2)
  const wrong = { header: true } as PictureOptions
  expect((await dataError(readPictures(files, wrong))).message).toMatch(/^readPictures: there is no option header\. /)
  const none: unknown = [{ name: 'a/1.png' }]
  expect((await dataError(readPictures(none as PictureFile[]))).message).toContain(
    'files must be a list of { name, blob }',
  )
})
