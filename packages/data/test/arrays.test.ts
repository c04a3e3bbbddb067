import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PixelTable, readRows, readTable } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { readTable as readInPage } from '../dist/browser.js'
import { dataError } from './helpers.ts'

// Made by make-arrays.py beside the folder, which also wrote down what NumPy reads from each.
const folder = join(import.meta.dirname, 'fixtures/arrays')
const at = (name: string) => join(folder, name)
const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name)))

interface Expected {
  dims: number[]
  values: (number | string)[]
}
const expected = JSON.parse(readFileSync(at('expected.json'), 'utf8'))
const array = (name: string): Expected => expected[name]
const arrays = (name: string): Record<string, Expected> => expected[name]

const numbers = Object.keys(expected).filter((name) => /^(little-|big-|u1|bool|int8)/.test(name))

test('every type of numbers in either byte order and either order of dimensions reads as in NumPy, in Node and in a page', async () => {
  expect(numbers).toHaveLength(28)
  for (const name of numbers) {
    const { values } = array(name)
    for (const table of [await readTable(at(name)), await readInPage(bytesOf(name))]) {
      expect([...table.pixels], name).toEqual(values.map(Number))
      expect([table.rows, table.shape], name).toEqual([
        4,
        { height: 5, width: 6, channels: 1, channelOrder: 'interleaved' },
      ])
    }
  }
})

test('dimensions tell size and channels, a flat array is as wide as its images', async () => {
  for (const [name, shape] of [
    ['channels-last.npy', { height: 5, width: 6, channels: 3, channelOrder: 'interleaved' }],
    ['channels-first.npy', { height: 5, width: 6, channels: 3, channelOrder: 'planar' }],
    ['one-channel.npy', { height: 5, width: 6, channels: 1, channelOrder: 'interleaved' }],
    ['flat.npy', { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' }],
  ] as const) {
    const table = await readTable(at(name))
    expect(table.shape, name).toEqual(shape)
    expect([...table.pixels], name).toEqual(array(name).values)
  }
  const wide = await readTable(at('flat.npy'), { shape: { height: 2, width: 8 } })
  expect(wide.shape).toMatchObject({ height: 2, width: 8 })
  const other = await dataError(readTable(at('channels-last.npy'), { shape: { height: 6, width: 5, channels: 3 } }))
  expect([other.code, other.found]).toEqual(['DATA_SHAPE_OTHER', '5x6x3'])
  expect((await dataError(readTable(at('labels.npy')))).code).toBe('DATA_ARRAY_DIMENSIONS')
})

test('transpose turns images, and leaves the bytes that were given as they are', async () => {
  const bytes = bytesOf('u1-C.npy')
  const before = bytes.slice()
  const [straight, turned] = [await readTable(bytes), await readTable(bytes, { transpose: true })]
  expect(bytes).toEqual(before)
  expect(turned.shape).toMatchObject({ height: 6, width: 5 })
  for (let row = 0; row < 4; row++)
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 6; x++)
        expect(turned.pixels[row * 30 + x * 5 + y]).toBe(straight.pixels[row * 30 + y * 6 + x])
})

test('floats are kept as they are, and fractions become bytes where that is asked for', async () => {
  const table = await readTable(at('fractions.npy'), { maxValue: 1 })
  expect(table.maxValue).toBe(255)
  expect([...table.pixels]).toEqual(array('fractions.npy').values.map((value) => Math.round(Number(value) * 255)))
  for (const name of ['fractions.npy', 'standardised.npy']) {
    const notes: string[] = []
    const floats = await readTable(at(name), { onNote: (_, { text, options }) => notes.push(`${text}: ${options}`) })
    expect(floats.maxValue).toBe(1)
    expect(floats.pixels).toEqual(Float32Array.from(array(name).values, Number))
    expect(notes).toEqual(['values kept as float32: not all are whole numbers 0..255: dataType'])
  }
  const refused = await dataError(readTable(at('fractions.npy'), { dataType: 'uint8' }))
  expect([refused.code, refused.params.kind, refused.row]).toEqual(['DATA_PIXEL_INVALID', 'fraction', 1])
  expect(refused.advice).toContain('pass maxValue: 1')
  const negative = await dataError(readTable(at('standardised.npy'), { maxValue: 1 }))
  expect(negative.message).toMatch(/expected a whole number 0\.\.1, found -?\d.*dataType: 'float32'/)
  const bytes = await readTable(at('u1-C.npy'), { dataType: 'float32' })
  expect(bytes.pixels).toEqual(Float32Array.from((await readTable(at('u1-C.npy'))).pixels))
})

test('a shape that is none is refused at once, however many digits it has', async () => {
  const header = (shape: string) => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(200)
    return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\xc9\x00', 'latin1'), Buffer.from(`${text}\n`)])
  }
  // A pattern that can part digits in several ways would take longer than anybody waits.
  for (const shape of [`(${'1'.repeat(60)}, 1e+21)`, `(${'1 '.repeat(40)})`, '(1, , 2)', '(1, 2L3)'])
    expect((await dataError(readTable(header(shape)))).code).toBe('DATA_ARRAY_INVALID')
})

test('labels of another file are whole numbers, of 64 bits too, or texts', async () => {
  const labelled = (name: string) => readTable(at('u1-C.npy'), { labels: at(name) })
  const texts = ({ labels, classes }: PixelTable) => Array.from(labels!, (label) => classes![label])
  expect((await labelled('labels.npy')).classes).toEqual(['3', '7', '9'])
  for (const name of ['labels.npy', 'words.npy', 'byte-words.npy'])
    expect(texts(await labelled(name)), name).toEqual(array(name).values.map(String))
  // What JSON says of numbers beyond 2**53 is rounded by JavaScript, so they stand here.
  const long = ['4611686018427387905', '-1', '4611686018427387905', '0']
  expect(texts(await labelled('long-labels.npy'))).toEqual(long)
  const given = await readTable(at('u1-C.npy'), { labels: at('labels.npy'), classes: ['9', '7', '3'] })
  expect([...given.labels!]).toEqual([0, 2, 2, 1])
  expect((await dataError(labelled('flat.npy'))).code).toBe('DATA_LABELS_COUNT')
  const rows = await dataError(readTable(at('flat.npy'), { labels: at('labels.npy') }))
  expect(rows.message).toContain('labels of')
  expect(rows.message).toContain('expected 3 labels, found 4')
})

test('npz of Keras, of MedMNIST and of numpy.savez give the part that is asked for', async () => {
  const same = async (name: string, images: string, labels: string, part?: 'train' | 'validation' | 'test') => {
    const table = await readTable(at(name), part ? { part } : {})
    const all = arrays(name)
    expect([...table.pixels], `${name} ${part}`).toEqual(all[images]!.values.map(Number))
    expect(Array.from(table.labels!, (label) => table.classes![label])).toEqual(all[labels]!.values.map(String))
  }
  await same('keras.npz', 'x_train', 'y_train')
  await same('keras.npz', 'x_train', 'y_train', 'train')
  await same('keras.npz', 'x_test', 'y_test', 'test')
  await same('medmnist.npz', 'train_images', 'train_labels')
  await same('medmnist.npz', 'val_images', 'val_labels', 'validation')
  await same('medmnist.npz', 'test_images', 'test_labels', 'test')
  await same('positional.npz', 'arr_0', 'arr_1')
  await same('plain.npz', 'X', 'y')
  const held = await readTable(at('keras.npz'), { part: ['validation', 'test'], label: false })
  expect([held.rows, held.labels]).toEqual([3, undefined])
  const notes: string[] = []
  await readTable(at('keras.npz'), { onNote: (note) => notes.push(note) })
  expect(notes).toEqual(["read the array 'x_train' (option part)"])
  expect(await readTable(bytesOf('keras.npz'))).toEqual(await readTable(at('keras.npz')))
})

test('arrays of other names are named, and what is not there is said', async () => {
  const single = await readTable(at('single.npz'))
  expect([single.rows, single.labels]).toEqual([4, undefined])
  const strange = await dataError(readTable(at('strange.npz')))
  expect([strange.code, strange.params.arrays]).toEqual(['DATA_ARRAY_MISSING', ['first', 'second']])
  const named = await readTable(at('strange.npz'), { member: 'first', label: 'second' })
  expect([...named.pixels]).toEqual(arrays('strange.npz').first!.values)
  expect([...named.labels!]).toEqual(arrays('strange.npz').second!.values)
  expect((await dataError(readTable(at('strange.npz'), { member: 'third' }))).code).toBe('DATA_MEMBER_MISSING')
  const missing = await dataError(readTable(at('keras.npz'), { part: 'validation' }))
  expect([missing.code, missing.params.part]).toEqual(['DATA_ARRAY_MISSING', 'validation'])
  expect((await dataError(readTable(at('single.npz'), { id: 'x' }))).code).toBe('DATA_OPTION_UNFIT')
})

test('objects, which only running a pickle would make again, and other elements that are no numbers are refused', async () => {
  const objects = await dataError(readTable(at('objects.npy')))
  expect([objects.code, objects.params.type]).toEqual(['DATA_ARRAY_TYPE', 'object'])
  expect(objects.message).toContain('pickled, which runs code')
  const inside = await dataError(readTable(at('objects.npz')))
  expect([inside.code, inside.file]).toEqual(['DATA_ARRAY_TYPE', `${at('objects.npz')}, y_train`])
  expect((await readTable(at('objects.npz'), { label: false })).rows).toBe(4)
  for (const name of ['fields.npy', 'complex.npy'])
    expect((await dataError(readTable(at(name)))).code, name).toBe('DATA_ARRAY_TYPE')
})

test('an array that is cut, longer than it says or of a broken header is refused in a sentence', async () => {
  const whole = bytesOf('u1-C.npy')
  for (const bytes of [whole.subarray(0, -1), new Uint8Array([...whole, 0])])
    expect((await dataError(readTable(bytes))).code).toBe('DATA_FILE_DAMAGED')
  const latin = Buffer.from(whole).toString('latin1')
  for (const text of [
    latin.slice(0, 40),
    latin.replace('fortran_order', 'fortran_ordre'),
    latin.replace('(4, 5, 6)', '(4, -5, 6'),
    latin.replace('\x93NUMPY\x01', '\x93NUMPY\x09'),
  ])
    expect((await dataError(readTable(Buffer.from(text, 'latin1')))).code).toBe('DATA_ARRAY_INVALID')
  const huge = latin.replace('(4, 5, 6), }', `(${'9'.repeat(15)},9),}`)
  expect((await dataError(readTable(Buffer.from(huge, 'latin1')))).message).toMatch(
    /more bytes than any file has|bytes for/,
  )
})

test('arrays are not read in batches', async () => {
  for (const name of ['u1-C.npy', 'keras.npz']) {
    const error = await dataError(readRows(at(name)).next())
    expect([error.code, error.advice]).toEqual(['DATA_SOURCE_INVALID', 'Read it with readTable.'])
  }
})
