import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  classText,
  csvText,
  type DataError,
  idxLabels,
  type PixelTable,
  readRows,
  readTable,
  split,
  submissionText,
  writeIdxFiles,
} from '@pixelrow/data'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-labels-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** How one and the same number is written. */
const spellings = ['1', '01', '001', '1.0', '1.00', '1.', '+1', ' 1', '1\t', '1.000000e+00', '1.000000000000000000e+00']

test.each(spellings)(
  'a label %j is class 1 in a table, a stream, among given classes and as a folder',
  async (label) => {
    const csv = `label,pixel0\n"${label}",5\n0,6\n`
    expect(classText(label)).toBe('1')
    const table = await read(csv)
    expect([table.classes, table.labels]).toEqual([['0', '1'], Uint16Array.of(1, 0)])
    for await (const batch of readRows(bytes(csv))) expect(batch.labels).toEqual(Uint16Array.of(1, 0))
    expect((await read(csv, { classes: ['1', '0'] })).labels).toEqual(Uint16Array.of(0, 1))
    expect((await read(csv, { classes: ['zero', '0', '01'] })).labels).toEqual(Uint16Array.of(2, 1))
  },
)

test('words stay as they stand, also those that only look like numbers', async () => {
  for (const word of ['1e0', '0x1', '1,0', '1.5', '--1', '1 0', 'a1', '12345678901234567890', '−1']) {
    expect(classText(word)).toBe(word)
  }
  const mixed = await read('label,pixel0\n01,1\n1,2\ncat,3\n')
  expect([mixed.classes, mixed.labels]).toEqual([['1', 'cat'], Uint16Array.of(0, 0, 1)])
})

/** Writes a table as CSV and reads it. */
const throughCsv = async (table: PixelTable) => readTable(bytes([...csvText(table)].join('')), { maxValue: 255 })

async function throughIdx(table: PixelTable): Promise<PixelTable> {
  const [images, labels] = [join(folder, 'images'), join(folder, 'labels')]
  await writeIdxFiles(images, table, { labels })
  return readTable(images, { labels, maxValue: 255 })
}

const texts = ({ labels, classes }: PixelTable) => Array.from(labels!, (label) => classes![label])

/** Labels as files have them: numbers in all spellings, or any words, so that nothing else decides what is one class. */
const number = fc
  .tuple(fc.nat(255), fc.constantFrom('', '0', '00', '+'), fc.constantFrom('', '.', '.0', '.00'))
  .map(([value, before, after]) => `${before}${value}${after}`)
const word = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !/[\r\n\0]|^[ \t]*$/.test(text))

test('labels are the same before and after any conversion', async () => {
  const rows = fc.array(fc.oneof(number, word), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rows, async (labels) => {
      const cells = labels.map((label, row) => `"${label.replaceAll('"', '""')}",${row}`)
      const first = await read(`label,pixel0\n${cells.join('\n')}\n`, { maxValue: 255 })
      expect(texts(first)).toEqual(labels.map(classText))
      const second = await throughCsv(first)
      expect(second).toEqual(first)
      const known = await read(`label,pixel0\n${cells.join('\n')}\n`, { maxValue: 255, classes: first.classes! })
      expect(known).toEqual(first)
      if (first.classes!.every((name) => /^\d+$/.test(name) && Number(name) < 256)) {
        expect(await throughIdx(first)).toEqual(first)
      }
      const submitted = submissionText({ labels: first.labels!, classes: first.classes! })
        .trimEnd()
        .split('\n')
        .slice(1)
      const again = await read(`id,label,pixel0\n${submitted.map((line) => `${line},0`).join('\n')}\n`)
      expect(texts(again)).toEqual(texts(first))
    }),
    { seed: 8, numRuns: 200 },
  )
})

test('parts of a table that are written apart keep their classes', async () => {
  const rows = ['01', '1.0', '2', '+2', '3.', '03', 'x', '1', '2.0', 'x', '3'].map((label, row) => `${label},${row}`)
  const table = await read(`label,pixel0\n${rows.join('\n')}\n`, { maxValue: 255 })
  const { train, validation } = split(table, { validation: 4, seed: 1 })
  const [one, other] = [await throughCsv(train), await throughCsv(validation)]
  expect(texts(one)).toEqual(texts(train))
  expect(texts(other)).toEqual(texts(validation))
})

test('folders are classes by the same rule, told where two are one, and the same after a conversion', async () => {
  const png = await readFile(join(import.meta.dirname, 'fixtures/pictures/kinds/grey.png'))
  for (const name of ['1', '01', '2.0', '10']) {
    await mkdir(join(folder, 'numbers', name), { recursive: true })
    await writeFile(join(folder, 'numbers', name, 'a.png'), png)
  }
  const notes: string[] = []
  const table = await readTable(join(folder, 'numbers'), { onNote: (note) => notes.push(note) })
  expect([table.classes, texts(table)]).toEqual([
    ['1', '2', '10'],
    ['1', '1', '10', '2'],
  ])
  expect(table.ids).toEqual(['01/a.png', '1/a.png', '10/a.png', '2.0/a.png'])
  expect(notes).toContain("folders '01' and '1' are one class")
  const { preparation: _, ...rest } = table
  expect(await readTable(bytes([...csvText(table)].join('')), { shape: table.shape, maxValue: 255 })).toEqual(rest)
  await rm(join(folder, 'numbers/10'), { recursive: true })
  await rm(join(folder, 'numbers/2.0'), { recursive: true })
  expect((await dataError(readTable(join(folder, 'numbers')))).message).toContain('at least two classes')
})

const table = (classes: string[]): PixelTable => ({
  pixels: Uint8Array.from(classes, (_, row) => row),
  rows: classes.length,
  shape: { height: 1, width: 1, channels: 1, channelOrder: 'interleaved' },
  maxValue: 255,
  labels: Uint16Array.from(classes, (_, row) => row),
  classes,
})

test.each([
  [['a\nb', 'c'], "csvText: classes: expected texts of one line, not empty, found 'a\nb'."],
  [['', 'c'], "csvText: classes: expected texts of one line, not empty, found ''."],
  [['1', '01'], "csvText: classes '1' and '01' would be read back as one."],
])('classes %j would not be read back, so they are not written', (classes, message) => {
  expect(() => csvText(table(classes))).toThrow(message)
  expect(() => csvText(table(classes), { label: false })).not.toThrow()
})

test('ids that would not be read back are not written', () => {
  expect(() => csvText({ ...table(['a', 'b']), ids: ['1', 'x\r'] })).toThrow('csvText: ids: expected texts of one line')
})

test('IDX holds the numbers that classes are, the places of words, and nothing beyond a byte', () => {
  expect(idxLabels(table(['3', '8', '250']))).toEqual(Uint8Array.of(3, 8, 250))
  expect(idxLabels(table(['ant', 'bee']))).toEqual(Uint8Array.of(0, 1))
  for (const classes of [['3', '256'], ['-1', '1'], Array.from({ length: 257 }, (_, i) => `c${i}`)]) {
    let error: DataError | undefined
    try {
      idxLabels(table(classes))
    } catch (thrown) {
      error = thrown as DataError
    }
    expect(error?.code).toBe('DATA_LABEL_UNWRITABLE')
  }
})
