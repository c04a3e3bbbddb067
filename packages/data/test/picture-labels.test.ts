import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readRows, readTable } from '@pixelrow/data'
import { readPictures } from '@pixelrow/data/pictures'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataError } from './helpers.ts'

const grey = join(import.meta.dirname, 'fixtures/pictures/kinds/grey.png')
let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pixelrow-labels-'))
})
afterAll(() => rm(root, { recursive: true }))

/** A folder of copies of one picture, and of texts where they are given. */
async function made(name: string, paths: readonly string[], texts: Record<string, string> = {}): Promise<string> {
  for (const path of [...paths, ...Object.keys(texts)])
    await mkdir(dirname(join(root, name, path)), { recursive: true })
  for (const path of paths) await cp(grey, join(root, name, path))
  for (const [path, text] of Object.entries(texts)) await writeFile(join(root, name, path), text)
  return join(root, name)
}

const csv = (text: string) => new TextEncoder().encode(text)

/** Labels by the ids of the rows. */
async function labelsOf(source: string, options: Parameters<typeof readTable>[1]): Promise<Record<string, string>> {
  const { ids, labels, classes } = await readTable(source, options)
  return Object.fromEntries(ids!.map((id, row) => [id, classes![labels![row]!]!]))
}

test.each([
  ['names with endings', 'id,label\na.png,cat\nb.png,dog\nc.png,cat\n'],
  ['names without, in another order', 'breed;image_id\ncat;c\ndog;b\ncat;a\n'],
  ['paths, Windows ones too', 'path,class,size\ntrain/a.png,cat,3\n.\\train\\b.png,dog,4\nx/c.png,cat,5\n'],
  ['no usual name: what the cells match', 'number,what,which\n1,a.png,cat\n2,b.png,dog\n3,c.png,cat\n', 'which'],
  ['a row again with the same label', 'file,label\na,cat\nb,dog\nc,cat\na,cat\n'],
])('a table of labels: %s', async (name, text, label?: string) => {
  const folder = await made(name, ['train/a.png', 'train/b.png', 'train/c.png'])
  const labels = await labelsOf(folder, { labels: csv(text), ...(label && { label }) })
  expect(labels).toEqual({ 'a.png': 'cat', 'b.png': 'dog', 'c.png': 'cat' })
})

test('what does not match is refused with counts, or left out where that is asked for', async () => {
  const folder = await made('unmatched', ['a.png', 'b.png', 'c.png'])
  const labels = csv('file,label\na,cat\nb,dog\nz,cat\ntest/c.png,cat\n')
  const words = '1 of 3 pictures without a row in input: c.png; 1 row of input without a picture: z'
  const some = csv('file,label\na,cat\nb,dog\nz,cat\n')
  await expect(readTable(folder, { labels: some })).rejects.toThrow(words)
  const notes: string[] = []
  const table = await readTable(folder, { labels: some, skipUnlabelled: true, onNote: (note) => notes.push(note) })
  expect({ rows: table.rows, ids: table.ids }).toEqual({ rows: 2, ids: ['a.png', 'b.png'] })
  expect(notes).toContain(`left out: ${words}`)
  // A row of another part is not a picture of this one.
  const train = await made('parts/train', ['a.png', 'b.png', 'c.png'])
  const error = await dataError(readTable(train, { labels }))
  expect(error).toMatchObject({
    code: 'DATA_LABELS_UNMATCHED',
    params: { pictures: ['c.png'], rows: ['z', 'test/c.png'] },
  })
})

test('a table that says two things, or not which column is what, is refused', async () => {
  const folder = await made('two', ['x/a.png', 'y/a.png', 'x/b.png'])
  const code = async (text: string, options = {}) =>
    (await dataError(readTable(folder, { labels: csv(text), ...options }))).code
  expect(await code('file,label\na,cat\nb,dog\n')).toBe('DATA_LABELS_AMBIGUOUS')
  expect(await code('file,label\nx/a,cat\ny/a,dog\nb,dog\nb,cat\n')).toBe('DATA_LABELS_AMBIGUOUS')
  expect(await code('file,colour,size\nx/a,red,1\ny/a,red,2\nb,blue,3\n')).toBe('DATA_LABELS_COLUMNS')
  expect(await code('file,label\nx/a,cat\ny/a,\nb,dog\n')).toBe('DATA_LABEL_EMPTY')
  expect(await code('file,label\nx/a,cat\ny/a,cow\nb,dog\n', { classes: ['cat', 'dog'] })).toBe('DATA_LABEL_UNKNOWN')
  expect(await code('file,label\n')).toBe('DATA_ROWS_MISSING')
  expect(await labelsOf(folder, { labels: csv('file,label\nx/a,1\ny/a,2\nb,2\n') })).toEqual({
    'x/a.png': '1',
    'y/a.png': '2',
    'x/b.png': '2',
  })
})

test('labels from file names, by the first group of a pattern', async () => {
  const folder = await made('names', ['cat_1.png', 'deep/dog_2.png', 'cat_3.png'])
  const notes: string[] = []
  const labels = await labelsOf(folder, { labelFrom: '^([a-z]+)_\\d', onNote: (note) => notes.push(note) })
  expect(labels).toEqual({ 'cat_1.png': 'cat', 'cat_3.png': 'cat', 'deep/dog_2.png': 'dog' })
  expect(notes).toContain('2 classes: cat, dog')
  expect(await labelsOf(folder, { labelFrom: /_(\d)/ })).toMatchObject({ 'deep/dog_2.png': '2' })
  const error = await dataError(readTable(folder, { labelFrom: '(cat)_' }))
  expect(error).toMatchObject({ code: 'DATA_LABELS_UNMATCHED', params: { pictures: ['deep/dog_2.png'] } })
  for (const labelFrom of ['cat', '(', '(a+)+$', `(${'a'.repeat(200)})`])
    expect(await dataError(readTable(folder, { labelFrom }))).toMatchObject({ code: 'DATA_OPTION_INVALID' })
  const both = await dataError(readTable(folder, { labelFrom: '(.)', labels: csv('') }))
  expect(both).toMatchObject({ code: 'DATA_OPTION_CONFLICT' })
})

test('so many broken pictures are left out, and said', async () => {
  const folder = await made('broken', ['cat/1.png', 'dog/1.png', 'dog/3.png'], { 'cat/2.png': 'no', 'dog/2.png': '' })
  expect(await dataError(readTable(folder, { skipBroken: 1 }))).toMatchObject({ code: 'DATA_PICTURE_BROKEN' })
  const broken: string[] = []
  const options = {
    skipBroken: 2,
    onBroken: (some: readonly { id: string }[]) => broken.push(...some.map(({ id }) => id)),
  }
  const { size, ...table } = await readTable(folder, options).then((read) => ({ ...read, size: read.pixels.length }))
  expect(table).toMatchObject({ rows: 3, ids: ['cat/1.png', 'dog/1.png', 'dog/3.png'], classes: ['cat', 'dog'] })
  expect([...table.labels!]).toEqual([0, 1, 1])
  expect(size).toBe(3 * table.shape.height * table.shape.width)
  expect(broken).toEqual(['cat/2.png', 'dog/2.png'])
  let rows = 0
  for await (const batch of readRows(folder, { skipBroken: 2, batch: 3, shape: table.shape })) rows += batch.rows
  expect(rows).toBe(3)
})

test('in pages the table of labels is bytes, and so are the pictures', async () => {
  const blob = new Blob([await (await import('node:fs/promises')).readFile(grey)])
  const files = ['a.png', 'b.png'].map((name) => ({ name, blob }))
  const { labels, classes } = await readPictures(files, { labels: csv('file,label\nb,x\na,y\n') })
  expect({ labels: [...labels!], classes }).toEqual({ labels: [1, 0], classes: ['x', 'y'] })
})
