import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readRows, readTable, selectRows, split } from '@pixelrow/data'
import { type PictureOptions, readPictures } from '@pixelrow/data/pictures'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataError } from './helpers.ts'

const fixtures = join(import.meta.dirname, 'fixtures/pictures')
const at = (path: string) => join(fixtures, path)
const expected: Record<string, { width: number; height: number; rgba: string; grey?: string }> = JSON.parse(
  await readFile(at('expected.json'), 'utf8'),
)
const hex = (text: string) => [...Buffer.from(text, 'hex')]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-pictures-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A folder of copies of one picture (or other text) at these paths. */
async function made(name: string, paths: string[], from = 'kinds/grey.png'): Promise<string> {
  for (const path of paths) {
    const to = join(folder, name, path)
    await mkdir(join(to, '..'), { recursive: true })
    if (/\.(png|jpe?g|webp|PNG)$/.test(path)) await cp(at(from), to)
    else if (!path.endsWith('/')) await writeFile(to, 'text')
    else await mkdir(to, { recursive: true })
  }
  return join(folder, name)
}

async function reading(source: string, options: PictureOptions = {}) {
  const notes: string[] = []
  const table = await readTable(source, { ...options, onNote: (note) => notes.push(note) })
  return { table, notes, ids: table.ids!, labels: table.labels && [...table.labels], classes: table.classes }
}

test('a folder of classes: labels by number, ids sorted, pixels as another library reads them', async () => {
  const { table, notes, ids, labels, classes } = await reading(at('digits'))
  expect(ids).toEqual(['10/0.png', '10/1.png', '10/2.png', '2/0.png', '2/1.png', '2/2.png'])
  expect({ labels, classes }).toEqual({ labels: [1, 1, 1, 0, 0, 0], classes: ['2', '10'] })
  expect([...table.pixels]).toEqual(ids.flatMap((id) => hex(expected[`digits/${id}`]!.grey!)))
  const preparation = { size: [6, 6], resize: 'contain', color: 'grey', background: 0 }
  expect(table).toMatchObject({ rows: 6, maxValue: 255, preparation })
  expect(notes).toEqual(['grey: no picture has colours (option color)'])
  expect(await readTable(pathToFileURL(at('digits')))).toEqual(table)
  expect(selectRows(table, [1]).preparation).toEqual(preparation)
  expect(split(table, { validation: 2 }).train.preparation).toEqual(preparation)
})

test('every kind of file has the pixels that Pillow finds in it, over black', async () => {
  const names = ['kinds', 'tiff'].map(async (root) => (await readdir(at(root))).map((name) => `${root}/${name}`))
  for (const name of (await Promise.all(names)).flat().sort()) {
    const { width, height, rgba, grey } = expected[name]!
    const blob = new Blob([await readFile(at(name))])
    const read = (color: 'grey' | 'rgb') => readPictures([{ name: basename(name), blob }], { color })
    const table = await read('rgb')
    expect([table.shape.width, table.shape.height], name).toEqual([width, height])
    const seen = hex(rgba).flatMap((value, i, all) =>
      i % 4 === 3 ? [] : [Math.floor((value * all[i | 3]! + 127) / 255)],
    )
    expect([...table.pixels], name).toEqual(seen)
    if (grey) expect([...(await read('grey')).pixels], name).toEqual(hex(grey))
  }
})

test('pictures of differing sizes need a size', async () => {
  const { message } = await dataError(readTable(at('sizes')))
  expect(message).toContain('pictures of one size (cat/0.png is 12 × 8), found dog/0.png of 5 × 9. Pass size')
  const { table } = await reading(at('sizes'), { size: 6 })
  expect(table.shape).toEqual({ height: 6, width: 6, channels: 3, channelOrder: 'interleaved' })
  const wide = await readTable(at('sizes'), { size: [4, 7], resize: 'cover', color: 'grey', background: 9 })
  expect(wide.preparation).toEqual({ size: [4, 7], resize: 'cover', color: 'grey', background: 9 })
  expect(wide.pixels.length).toBe(4 * 4 * 7)
  const shaped = await readTable(at('sizes'), { shape: { height: 4, width: 7 }, resize: 'cover', background: 9 })
  expect(shaped).toEqual(wide)
  await expect(readTable(at('sizes'), { size: 0 })).rejects.toThrow(
    'readTable: size must be a whole number 1..16384, or [height, width]; found 0.',
  )
  await expect(readTable(at('sizes'), { maxValue: 16 })).rejects.toThrow(
    'holds pictures, which take no option maxValue: it is for CSV, IDX',
  )
})

test('one coloured picture makes all of them rgb, wherever it is', async () => {
  const path = await made('mixed', ['a/1.png', 'b/1.png', 'b/3.png'])
  await cp(at('kinds/palette.png'), join(path, 'b/2.png'))
  const { table, notes } = await reading(path, { size: [5, 7] })
  expect(notes).toEqual(['rgb: b/2.png has colours (option color)'])
  const all = await readTable(path, { size: [5, 7], color: 'rgb' })
  expect(table).toEqual(all)
  expect([...table.pixels.subarray(0, 105)]).toEqual(hex(expected['kinds/grey.png']!.grey!).flatMap((v) => [v, v, v]))
})

test('parts: the one asked for, else the training part, and said', async () => {
  const path = await made('parted', [
    'w/train/a/1.png',
    'w/train/b/1.png',
    'w/valid/a/2.png',
    'w/valid/b/3.png',
    'w/test/4.png',
  ])
  const { notes, ids, classes } = await reading(path)
  expect({ ids, classes }).toEqual({ ids: ['a/1.png', 'b/1.png'], classes: ['a', 'b'] })
  expect(notes).toContain("all pictures lie in 'w', taken as the root")
  expect(notes).toContain("read from the folder 'train' (option part)")
  expect((await reading(path, { part: 'validation' })).ids).toEqual(['a/2.png', 'b/3.png'])
  const { ids: flat, labels } = await reading(path, { part: 'test' })
  expect({ flat, labels }).toEqual({ flat: ['4.png'], labels: undefined })
  const { message } = await dataError(readTable(at('digits'), { part: 'test' }))
  expect(message).toContain("expected a folder test, found '10', '2'. Leave part out.")
  const two = await made('two', ['train/a/1.png', 'val/a/1.png', 'valid/a/1.png'])
  expect((await dataError(readTable(two, { part: 'validation' }))).message).toContain("found 'val', 'valid'")
  const vehicles = await made('vehicles', ['train/1.png', 'bus/1.png'])
  expect((await reading(vehicles)).classes).toEqual(['bus', 'train'])
})

test('a flat folder has ids and no labels, in the order of code units; hidden and other files are left out', async () => {
  const path = await made('flat', ['b.png', 'B.PNG', 'a10.png', 'a9.png', 'é.png', '.hidden.png', 'notes.txt', 'x.ico'])
  const { notes, ids, labels } = await reading(path)
  expect({ ids, labels }).toEqual({ ids: ['B.PNG', 'a10.png', 'a9.png', 'b.png', 'é.png'], labels: undefined })
  expect(notes).toContain('2 other files (.ico, .txt) left out: pictures are png, jpg, jpeg, webp, gif, bmp or tiff')
})

test('one picture is a row without a label, of which its name is the id', async () => {
  const { table, ids, labels } = await reading(at('digits/10/1.png'))
  expect({ ids, labels, rows: table.rows }).toEqual({ ids: ['1.png'], labels: undefined, rows: 1 })
  expect([...table.pixels]).toEqual(hex(expected['digits/10/1.png']!.grey!))
  const options = { size: 5, color: 'grey' } as const
  const batch = await readRows(at('digits/10/1.png'), options).next()
  expect(batch.value).toEqual(await readTable(at('digits/10/1.png'), options))
  const { message } = await dataError(readTable(at('broken/cut.png')))
  expect(message).toBe(
    `${at('broken/cut.png')}: 1 of 1 picture cannot be decoded: cut.png (cut short). Replace or remove them.`,
  )
  expect((await dataError(readTable(at('broken/none.png')))).code).toBe('DATA_FILE_MISSING')
})

test('classes that are given decide; folders can be dropped or linked', async () => {
  const path = await made('linked', ['cat/1.png', 'masks/1.png'])
  await symlink(join(path, 'cat'), join(path, 'dog'), 'junction')
  const { labels, ids } = await reading(path, { classes: ['dog', 'cat', 'cow'], drop: ['masks'] })
  expect({ labels, ids }).toEqual({ labels: [1, 0], ids: ['cat/1.png', 'dog/1.png'] })
  const { message } = await dataError(readTable(path, { classes: ['dog', 'cat'] }))
  expect(message).toContain("expected folders of the classes dog, cat, found 'masks'")
})

test.each<[string, string[], PictureOptions, string]>([
  ['a table', ['train.csv', 'a.txt'], {}, 'only 2 other files (.csv, .txt). It holds train.csv: name that file.'],
  ['tables', ['train.csv', 'a/test.csv.gz'], {}, 'It holds a/test.csv.gz, train.csv: name one of them.'],
  [
    'none',
    ['a/readme.txt'],
    {},
    'has no pictures (png, jpg, jpeg, webp, gif, bmp or tiff), only 1 other file (.txt). Pass the folder',
  ],
  [
    'empty',
    ['a/1.png', 'b/1.png', 'c/', 'd/x.txt'],
    {},
    "no pictures (png, jpg, jpeg, webp, gif, bmp or tiff) in 'c', 'd'. Each folder is a class",
  ],
  ['single', ['a/1.png', 'a/2.png'], {}, "expected folders of at least two classes, found only 'a'. Pass label: false"],
  ['beside', ['a/1.png', 'b/1.png', '2.png'], {}, "each picture in the folder of its class, found '2.png'"],
  ['deep', ['a/1.png', 'b/c/1.png'], {}, "found 'b/c/1.png'"],
])('refused: %s', async (name, paths, options, text) => {
  const path = await made(`refused-${name}`, paths)
  const error = await dataError(readTable(path, options))
  expect(error.message).toContain(text)
  expect(error.file).toBe(path)
})

test('label: false reads one class, or any depth, without labels', async () => {
  const path = await made('unlabelled', ['a/1.png', 'b/c/1.png', '2.png'])
  const { ids, labels } = await reading(path, { label: false })
  expect({ ids, labels }).toEqual({ ids: ['2.png', 'a/1.png', 'b/c/1.png'], labels: undefined })
  await expect(readTable(path, { label: 'class' })).rejects.toThrow(
    'holds pictures, which take no option label: it is for CSV, npz and Parquet. Leave label out, or pass false for none',
  )
})

test('broken pictures are all named, up to ten, and counted', async () => {
  const { message, file } = await dataError(readTable(at('broken')))
  expect(file).toBe(at('broken'))
  expect(message).toContain('5 of 6 pictures cannot be decoded: cut.jpg (')
  for (const text of [
    'cut.png (',
    'cut.webp (',
    'empty.jpg (an empty file)',
    'text.png (no PNG, JPEG, WebP, GIF, BMP or TIFF)',
    'Replace or remove',
  ])
    expect(message).toContain(text)
  const many = await made(
    'many',
    Array.from({ length: 13 }, (_, i) => `${10 + i}.png`),
    'broken/text.png',
  )
  expect((await dataError(readTable(many))).message).toMatch(/13 of 13 .*19\.png \([^)]*\) and 3 more\./)
})

test('an abort ends it with the signal reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(readTable(at('digits'), { signal })).rejects.toThrow('enough')
  const controller = new AbortController()
  const blob = new Blob([await readFile(at('kinds/grey.png'))])
  const slow = {
    arrayBuffer() {
      controller.abort(new Error('later'))
      return new Promise<never>(() => {})
    },
  }
  const files = [
    { name: '1.png', blob: slow as unknown as Blob },
    { name: '2.png', blob },
  ]
  await expect(readPictures(files, { signal: controller.signal })).rejects.toThrow('later')
})

test('without sharp, an error says how to install it', async () => {
  const alone = join(folder, 'alone')
  await cp(join(import.meta.dirname, '../dist'), join(alone, 'dist'), { recursive: true })
  await mkdir(join(alone, 'node_modules/@pixelrow'), { recursive: true })
  await symlink(join(import.meta.dirname, '../../files'), join(alone, 'node_modules/@pixelrow/files'), 'junction')
  // Copied, as a link would lead to where sharp is.
  const pixels = join(alone, 'node_modules/@pixelrow/pixels')
  for (const name of ['dist', 'package.json'])
    await cp(join(import.meta.dirname, '../../pixels', name), join(pixels, name), { recursive: true })
  await writeFile(join(alone, 'package.json'), '{ "type": "module" }')
  const script = `
    const { readTable } = await import(${JSON.stringify(pathToFileURL(join(alone, 'dist/index.js')))})
    console.log(await readTable(${JSON.stringify(at('digits'))}).catch((error) => error.message))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(output).toContain('decoded by the package sharp, which is not installed. Run: npm i sharp')
})

test('a zip of the same folder gives the same table, from a path, bytes and a blob', async () => {
  const table = await readTable(at('digits'))
  const { table: zipped, notes } = await reading(at('digits.zip'))
  expect(zipped).toEqual(table)
  expect(notes).toContain("all pictures lie in 'set', taken as the root")
  expect(notes).toContain('1 other file (.txt) left out: pictures are png, jpg, jpeg, webp, gif, bmp or tiff')
  const bytes = new Uint8Array(await readFile(at('digits.zip')))
  for (const source of [bytes, bytes.buffer as ArrayBuffer, new Blob([bytes])])
    expect(await readTable(source)).toEqual(table)
})

test('the CSV in a zip: training rows unless a part or a member is named, whole or in batches', async () => {
  const { table, notes } = await reading(at('tables.zip'))
  expect([...table.pixels]).toEqual([0, 255, 17, 3, 9, 8, 7, 6])
  expect(notes).toEqual(['read train.csv (options member and part)'])
  const unlabelled = await readTable(at('tables.zip'), { part: 'test' })
  expect([...unlabelled.pixels]).toEqual([1, 2, 3, 255])
  expect(await readTable(at('tables.zip'), { member: 'test.csv' })).toEqual(unlabelled)
  const batches = []
  for await (const batch of readRows(at('tables.zip'), { batch: 1, part: 'train' })) batches.push(...batch.pixels)
  expect(batches).toEqual([...table.pixels])
})

test('of a list of parts the first that is there is read, and said', async () => {
  const whole = await made('whole', ['train/a/1.png', 'train/b/1.png', 'val/a/2.png', 'val/b/3.png'])
  const held = { part: ['test', 'validation'] as const }
  const { ids, notes } = await reading(whole, held)
  expect(ids).toEqual(['a/2.png', 'b/3.png'])
  expect(notes).toContain("read from the folder 'val' (option part)")
  const alone = await made('alone', ['train/a/1.png', 'train/b/1.png'])
  expect((await reading(alone, held)).notes).toContain("read from the folder 'train' (option part)")
  const neither = await made('neither', ['val/a/1.png', 'train/b/1.png'])
  expect((await dataError(readTable(neither, { part: ['test'] }))).message).toContain('expected one folder test')
  expect((await reading(at('digits'), held)).classes).toEqual(['2', '10'])
  const zipped = await reading(at('tables.zip'), held)
  expect([...zipped.table.pixels]).toEqual([1, 2, 3, 255])
  expect(zipped.notes).toEqual(['read test.csv (options member and part)'])
})

test('pictures come in batches too, of a folder and of a zip, the same as at once', async () => {
  const options = { size: 5, color: 'grey', resize: 'cover', background: 9 } as const
  for (const source of [at('digits'), at('digits.zip')]) {
    const table = await readTable(source, options)
    let rows = 0
    for await (const batch of readRows(source, { ...options, batch: 4 })) {
      const end = Math.min(table.rows, rows + 4)
      expect(batch).toEqual(
        selectRows(
          table,
          Array.from({ length: end - rows }, (_, row) => rows + row),
        ),
      )
      rows = end
    }
    expect(rows).toBe(table.rows)
  }
  const unlabelled = await readRows(at('digits'), { size: 5, color: 'grey', label: false }).next()
  expect(unlabelled.value && Object.keys(unlabelled.value)).not.toContain('labels')
  const broken = readRows(at('broken'), { size: 5, color: 'grey', label: false, batch: 2 })
  expect((await dataError(broken.next())).message).toContain('of 2 pictures cannot be decoded')
})

test('what is wrong with a zip is said', async () => {
  const messageOf = async (...args: Parameters<typeof readTable>) => (await dataError(readTable(...args))).message
  expect(await messageOf(at('tables.zip'), { member: 'all.csv' })).toContain(
    "expected one file all.csv, found 'train.csv'",
  )
  expect(await messageOf(at('tables.zip'), { part: 'validation' })).toContain('expected one CSV named validation')
  expect(await messageOf(at('inner.zip'))).toContain('Unpack it: there are zips inside it.')
  const bytes = new Uint8Array(await readFile(at('tables.zip')))
  expect(await messageOf(bytes.subarray(0, 100), { name: 'half.zip' })).toMatch(/^half\.zip: /)
  bytes[60]! ^= 0xff
  const path = join(folder, 'damaged.zip')
  await writeFile(path, bytes)
  expect(await messageOf(path)).toMatch(/damaged\.zip: entry "train.csv": .*damaged/)
  await expect(dataError(readRows(path).next())).resolves.toMatchObject({ name: 'DataError' })
  expect(await messageOf(at('tables.zip'), { member: 'sample_submission.csv' })).toContain(
    'tables.zip, sample_submission.csv',
  )
})
