import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ColumnLayout, type ReadOptions, readTable, writeIdx } from '@pixelrow/data'
import { expect, onTestFinished, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'

const shape = { height: 2, width: 2 }
const columns = { label: 1, id: 0, drop: [6] }

test.each<[string, string, ReadOptions, object]>([
  ['as the hints say', 'a,1,2,3,4,5,x\nb,0,2,3,4,5,x\n', {}, { ids: ['a', 'b'], classes: ['0', '1'] }],
  ['without the label', 'a,2,3,4,5,x\nb,2,3,4,5,x\n', { label: false }, { ids: ['a', 'b'] }],
  ['whose label nobody wants', 'a,1,2,3,4,5,x\nb,0,2,3,4,5,x\n', { label: false }, { ids: ['a', 'b'] }],
  ['of pixels alone', '2,3,4,5\n2,3,4,5\n', { label: false }, {}],
  [
    'with an id given',
    'a,1,2,3,4,5,x\nb,0,2,3,4,5,y\n',
    { id: 6, columns: { label: 1, drop: [0] } },
    { ids: ['x', 'y'], classes: ['0', '1'] },
  ],
])('places that are hints, in a table without a header %s', async (_, text, options, expected) => {
  const table = await read(text, { header: false, shape, columns, ...options })
  const { ids, classes, pixels } = table
  expect({ ids, classes }).toEqual({ ids: undefined, classes: undefined, ...expected })
  expect([...pixels]).toEqual([2, 3, 4, 5, 2, 3, 4, 5])
})

test('places mean nothing under a header, names nothing without one', async () => {
  const headed = await read('label,row,pixel0,pixel1,pixel2,pixel3\n1,a,2,3,4,5\n', {
    columns: { label: 1, id: ['nowhere', 'ROW'], drop: [2, 'nowhere'] },
  })
  expect(headed).toMatchObject({ classes: ['1'], ids: ['a'], rows: 1 })
  expect(await dataError(read('8,1,2,3,4,5\n', { shape, columns: { label: 'digit', drop: ['a'] } }))).toMatchObject({
    code: 'DATA_SHAPE_OTHER',
  })
})

test('a column to drop by a hint is left out where it is there; a column of the very name goes before one that is written otherwise', async () => {
  const options = { columns: { label: 'digit', drop: ['Usage', 'fold'] } }
  const text = 'Digit,digit,Usage,pixel0,pixel1,pixel2,pixel3\n7,1,x,2,3,4,5\n'
  expect(await dataError(read(text, options))).toMatchObject({ code: 'DATA_COLUMN_UNKNOWN' })
  expect((await read(text, { ...options, drop: ['Digit'] })).classes).toEqual(['1'])
})

test('the layout is told', async () => {
  const layouts: ColumnLayout[] = []
  const onLayout = (layout: ColumnLayout) => void layouts.push(layout)
  await read('row_id,digit,pixel0,pixel1,pixel2,pixel3,Usage\na,1,2,3,4,5,x\n', {
    label: 'digit',
    drop: [-1],
    onLayout,
  })
  await read('5,2,3,4,5\n4,2,3,4,5\n', { label: 0, onLayout })
  expect(layouts).toEqual([
    {
      header: true,
      columns: 7,
      label: { place: 1, name: 'digit' },
      id: { place: 0, name: 'row_id' },
      dropped: [{ place: 6, name: 'Usage' }],
    },
    { header: false, columns: 5, label: { place: 0 }, dropped: [] },
  ])
})

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** The sums of all that was told of a reading, by name. */
async function sums(
  source: Parameters<typeof readTable>[0],
  options: ReadOptions = {},
): Promise<Record<string, string>> {
  const hashes = new Map<string, ReturnType<typeof createHash>>()
  const onBytes = (name: string, piece: Uint8Array) => {
    if (!hashes.has(name)) hashes.set(name, createHash('sha256'))
    hashes.get(name)!.update(piece)
  }
  await readTable(source, { ...options, onBytes })
  return Object.fromEntries([...hashes].map(([name, hash]) => [name, hash.digest('hex')]))
}

test('the bytes of every file are told as they are read: of a CSV, packed or not, a stream, IDX with its labels, and pictures', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-bytes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, content: Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  // More than is read at a time.
  const text = bytes(
    `label,pixel0\n${Array.from({ length: 60_000 }, (_, row) => `${row % 3},${row % 251}\n`).join('')}`,
  )
  const [plain, packed] = [write('a.csv', text), write('a.csv.gz', gzipSync(text))]
  expect(await sums(plain)).toEqual({ [plain]: sha256(text) })
  expect(await sums(packed)).toEqual({ [packed]: sha256(readFileSync(packed)) })
  expect(await sums(new Blob([text as Uint8Array<ArrayBuffer>]))).toEqual({ input: sha256(text) })
  const [images, labels] = [writeIdx([2, 2, 2], new Uint8Array(8).fill(9)), writeIdx([2], Uint8Array.of(1, 0))]
  const [idx, beside] = [write('a.idx', images), write('a-labels.idx', labels)]
  expect(await sums(idx, { labels: beside })).toEqual({ [idx]: sha256(images), [beside]: sha256(labels) })
  const digits = join(import.meta.dirname, 'fixtures/pictures/digits')
  const told = await sums(digits)
  expect(Object.keys(told).length).toBeGreaterThan(1)
  for (const [path, sum] of Object.entries(told)) expect(sum).toBe(sha256(readFileSync(join(digits, path))))
})
