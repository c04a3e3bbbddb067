import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, type PixelTable, readIdx, readTable, writeCsv, writeSubmission } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a CSV file reads back as the table that was written', async () => {
  const rows = 600
  const table: PixelTable = {
    pixels: Uint8Array.from({ length: rows * 4 }, (_, i) => (i * 7919) % 256),
    rows,
    shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    labels: Uint16Array.from({ length: rows }, (_, row) => row % 3),
    classes: ['a,b', 'c', 'd "e"'],
    ids: Array.from({ length: rows }, (_, row) => ` ${row}`.trim()),
  }
  const path = join(folder, 'table.csv')
  await writeCsv(path, table)
  expect(await readTable(path)).toEqual(table)
  await writeCsv(path, table, { header: false, label: false })
  const { labels: _, classes: __, ...unlabelled } = table
  expect(await readTable(path, { id: 0 })).toEqual(unlabelled)
})

test('a submission has the header and ids that Kaggle wants, or others', async () => {
  const path = join(folder, 'submission.csv')
  await writeSubmission(path, { labels: Uint16Array.of(7, 0) })
  expect(await readFile(path, 'utf8')).toBe('ImageId,Label\n1,7\n2,0\n')
  await writeSubmission(path, { labels: Uint16Array.of(1), classes: ['8', '24'], ids: ['x'], header: ['id', 'label'] })
  expect(await readFile(path, 'utf8')).toBe('id,label\nx,24\n')
  await expect(writeSubmission(path, { labels: Uint16Array.of(2), classes: ['8', '24'] })).rejects.toThrow('class 2')
  await expect(writeSubmission(path, { labels: ['a'], ids: [] })).rejects.toThrow('found 0 ids')
  expect(await readFile(path, 'utf8')).toBe('id,label\nx,24\n')
})

test('IDX is read exactly or refused', () => {
  const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6)
  expect(readIdx(idx)).toEqual({ dims: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) })
  const wrong: [Uint8Array, string][] = [
    [idx.subarray(0, 17), 'found 17 bytes'],
    [Uint8Array.of(...idx, 7), 'found 19 bytes'],
    [idx.subarray(0, 7), 'found 7 bytes'],
    [idx.subarray(0, 3), 'expected an IDX file'],
    [Uint8Array.of(1, ...idx.subarray(1)), 'expected an IDX file'],
    [Uint8Array.of(0, 0, 13, ...idx.subarray(3)), 'found 0 0 13 2'],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), 'Unpack the gzip first'],
  ]
  for (const [bytes, text] of wrong) {
    expect(() => readIdx(bytes, { name: 'images' })).toThrow(DataError)
    expect(() => readIdx(bytes, { name: 'images' })).toThrow(text)
  }
})
