import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readSubmission, readTable, writeIdx, writeIdxFiles } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

const images = writeIdx(
  [3, 2, 2],
  Uint8Array.from({ length: 12 }, (_, i) => i * 20),
)
const labels = writeIdx([3], Uint8Array.of(8, 3, 8))

test('IDX images become a table, with the labels of another file, gzip too', async () => {
  const table = await readTable(images, { labels })
  expect(table).toEqual({
    pixels: Uint8Array.from({ length: 12 }, (_, i) => i * 20),
    rows: 3,
    shape: { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' },
    maxValue: 255,
    labels: Uint16Array.of(1, 0, 1),
    classes: ['3', '8'],
  })
  expect(await readTable(gzipSync(images), { labels: gzipSync(labels) })).toEqual(table)
  const { labels: _, classes: __, ...unlabelled } = table
  expect(await readTable(images)).toEqual(unlabelled)
  const given = await readTable(images, { labels, classes: ['8', '5', '3'] })
  expect([given.labels, given.classes]).toEqual([Uint16Array.of(0, 2, 0), ['8', '5', '3']])
})

test('dimensions of which nobody has so many, and zero times infinity, are told in a short sentence', async () => {
  const header = (rank: number, dim: number) => [0, 0, 8, rank, ...Array.from({ length: 4 * rank }, () => dim)]
  const many = await dataError(readTable(Uint8Array.from(header(255, 255))))
  expect(many.message).toMatch(/^input: expected more bytes than any file has for 255 dimensions, found 1024 bytes\./)
  const cut = await dataError(readTable(Uint8Array.of(0, 0, 8, 9, 0, 0, 0, 1)))
  expect(cut.message).toMatch(/^input: expected at least 40 bytes for 9 dimensions, found 8 bytes\./)
  const none = [...header(254, 255), 0, 0, 0, 0, 1]
  none[3] = 255
  const zero = await dataError(readTable(Uint8Array.from(none)))
  expect(zero.message).toMatch(/^input: expected 1024 bytes for 255 dimensions, found 1025 bytes\./)
})

test('gzip that unpacks to 200 times its bytes is refused, unless it is small or trusted', async () => {
  const blank = (mebibytes: number) => gzipSync(writeIdx([mebibytes, 1024, 1024], new Uint8Array(mebibytes << 20)))
  const path = join(folder, 'bomb.gz')
  await writeFile(path, blank(17))
  for (const source of [path, blank(17), new Blob([blank(17)])]) {
    const error = await dataError(readTable(source))
    expect(error).toMatchObject({ code: 'DATA_GZIP_LIMIT', params: { option: 'maxRatio', limit: 200 } })
    expect(error.message).toContain('unpacks to more than 200 times its bytes, as gzip bombs do. If you trust')
  }
  expect((await readTable(path, { maxRatio: 2000 })).rows).toBe(17)
  expect((await readTable(blank(15))).rows).toBe(15)
})

test('a table written as IDX reads back', async () => {
  const table = await read('label,pixel0,pixel1,pixel2,pixel3\n0,0,255,17,3\n1,9,8,7,6\n')
  const [pixels, classes] = [join(folder, 'images'), join(folder, 'labels')]
  await writeIdxFiles(pixels, table, { labels: classes })
  expect(await readTable(pixels, { labels: classes })).toEqual(table)
  const rgb = {
    ...table,
    pixels: new Uint8Array(24),
    rows: 2,
    shape: { height: 2, width: 2, channels: 3, channelOrder: 'planar' as const },
  }
  await writeIdxFiles(pixels, rgb)
  expect((await readTable(pixels)).shape).toEqual(rgb.shape)
  const { labels: _, ...unlabelled } = table
  await expect(writeIdxFiles(pixels, unlabelled, { labels: classes })).rejects.toThrow(
    'labels: expected them to be there',
  )
})

test.each([
  ['grey', [2, 2, 3], 1, 'interleaved'],
  ['with channels last', [2, 2, 3, 3], 3, 'interleaved'],
  ['with channels first', [2, 3, 2, 5], 3, 'planar'],
] as const)('transpose turns pictures that are stored column after column: %s', async (_, dims, channels, order) => {
  const [rows, ...image] = dims
  const [height, width] = order === 'planar' ? [image[1], image[2]!] : [image[0], image[1]]
  const size = height * width * channels
  const at = (row: number, y: number, x: number, channel: number, [h, w]: [number, number]) =>
    row * size + (order === 'planar' ? (channel * h + y) * w + x : (y * w + x) * channels + channel)
  const stored = Uint8Array.from({ length: rows * size }, (_, i) => i)
  const table = await readTable(writeIdx(dims, stored), { transpose: true })
  expect(table.shape).toEqual({ height: width, width: height, channels, channelOrder: order })
  for (let row = 0; row < rows; row++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < channels; channel++)
          expect(table.pixels[at(row, x, y, channel, [width, height])]).toBe(
            stored[at(row, y, x, channel, [height, width])],
          )
})

test('three and four channels are read back in their order, last or first', async () => {
  const path = join(folder, 'colours')
  for (const channels of [3, 4]) {
    for (const channelOrder of ['interleaved', 'planar'] as const) {
      const shape = { height: 5, width: 6, channels, channelOrder }
      const pixels = Uint8Array.from({ length: 60 * channels }, (_, i) => (i * 37) % 256)
      const table = { pixels, rows: 2, shape, maxValue: 255 }
      await writeIdxFiles(path, table)
      expect(await readTable(path)).toEqual(table)
    }
  }
})

test('options that speak of columns are refused for IDX, but for label: false', async () => {
  for (const options of [{ label: 'digit' }, { label: 0 }, { id: 'id' }, { drop: ['x'] }, { header: false }]) {
    const { message } = await dataError(readTable(images, { labels, name: 'digits.idx', ...options }))
    const [name] = Object.keys(options)
    expect(message).toContain(`digits.idx: is IDX, which takes no option ${name}: it is for CSV`)
  }
  const table = await readTable(images, { labels, label: false, id: false, drop: [] })
  expect(table).toEqual(await readTable(images))
})

test('IDX that does not fit is refused', async () => {
  expect((await dataError(readTable(labels))).message).toContain('Is this the file of labels?')
  expect((await dataError(readTable(images, { labels: images }))).message).toContain('expected 3 labels')
  expect((await dataError(readTable(images, { labels, classes: ['8'] }))).found).toBe("label '3'")
  expect((await dataError(readTable(images, { maxValue: 100 }))).row).toBe(2)
  expect((await dataError(readTable(images.subarray(0, 20)))).message).toContain('cut short')
  expect((await dataError(readTable(writeIdx([0, 2, 2], new Uint8Array(0))))).message).toContain('no images')
  expect(() => writeIdx([3], new Uint8Array(2))).toThrow('must be a Uint8Array of 3 bytes, for 3')
})

test('a sample submission gives header and ids', async () => {
  const path = join(folder, 'sample_submission.csv')
  await writeFile(path, 'ImageId,Label\r\n1,0\r\n2,0\r\n')
  expect(await readSubmission(path)).toEqual({ header: ['ImageId', 'Label'], ids: ['1', '2'], labels: ['0', '0'] })
  expect((await dataError(readSubmission(bytes('id,label\n1,2,3\n')))).found).toBe('3 cells')
  expect((await dataError(readSubmission(bytes('id,label\n,2\n')))).found).toBe('an empty id')
  expect((await dataError(readSubmission(bytes('id,label\n')))).message).toContain('no rows')
})
