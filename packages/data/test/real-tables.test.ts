import { readSubmission, submissionText } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'
import { colours, interleaved, picture, planar, tables } from './tables.ts'

const images = (seeds: number[], size: number, white = 255) =>
  Uint8Array.from(seeds.flatMap((seed) => picture(seed, size, white)))
const grey = (side: number) => ({ height: side, width: side, channels: 1, channelOrder: 'interleaved' })

test('Digit Recognizer', async () => {
  const train = await read(tables.digitRecognizer())
  expect(train).toMatchObject({ rows: 3, shape: grey(28), maxValue: 255, classes: ['0', '1', '4'] })
  expect(train.pixels).toEqual(images([1, 0, 4], 28))
  const test = await read(tables.digitRecognizerTest())
  expect([test.pixels, test.labels, test.classes, test.ids]).toEqual([
    images([1, 2], 28),
    undefined,
    undefined,
    undefined,
  ])
})

test('Fashion-MNIST', async () => {
  const table = await read(tables.fashion())
  expect(table).toMatchObject({ shape: grey(28), classes: ['2', '6', '9'], labels: Uint16Array.of(0, 2, 1) })
  expect(table.pixels).toEqual(images([2, 9, 6], 28))
})

test('Sign Language MNIST: the gap stays, and a submission says what the file says', async () => {
  const { labels, classes } = await read(tables.signs())
  expect(classes).toEqual(['3', '6', '8', '10', '24'])
  expect(submissionText({ labels: labels!, classes: classes! }).split('\n').slice(1, 4)).toEqual(['1,3', '2,6', '3,24'])
})

test('headers such as 1x1', async () => {
  const table = await read(tables.oddrationale())
  expect([table.pixels, table.shape, table.classes]).toEqual([images([7, 2], 28), grey(28), ['2', '7']])
})

test('OpenML: the class is last', async () => {
  const table = await read(tables.openml())
  expect([table.pixels, table.labels, table.classes]).toEqual([
    images([5, 0, 4], 28),
    Uint16Array.of(2, 0, 1),
    ['0', '4', '5'],
  ])
})

test('Kannada-MNIST: ids in the test file, id and label in the submission', async () => {
  expect((await read(tables.kannada())).classes).toEqual(['0', '1', '2'])
  const table = await read(tables.kannadaTest())
  expect([table.pixels, table.ids, table.labels]).toEqual([images([0, 1, 300], 28), ['0', '1', '300'], undefined])
  const { header, ids } = await readSubmission(bytes('id,label\n0,0\n1,0\n300,0\n'))
  expect(ids).toEqual(table.ids)
  expect(submissionText({ labels: Uint16Array.of(7, 8, 9), ids: table.ids!, header })).toBe(
    'id,label\n0,7\n1,8\n300,9\n',
  )
})

test("scikit-learn's digits, as UCI has them and as a data frame", async () => {
  const table = await read(tables.digits())
  expect(table).toMatchObject({ rows: 12, shape: grey(8), maxValue: 16, classes: ['0', '1', '2', '3', '4'] })
  expect(table.pixels).toEqual(
    images(
      Array.from({ length: 12 }, (_, i) => i),
      8,
      16,
    ),
  )
  const frame = await read(tables.digitsFrame())
  expect([frame.pixels, frame.maxValue, frame.labels]).toEqual([images([0, 1, 2], 8, 16), 16, Uint16Array.of(0, 1, 2)])
})

test('EMNIST: no header, and transposed', async () => {
  const table = await read(tables.emnist(), { transpose: true })
  expect([table.classes, table.shape]).toEqual([['20', '21', '22', '23'], grey(28)])
  expect(table.pixels).toEqual(
    images(
      Array.from({ length: 12 }, (_, i) => i),
      28,
    ),
  )
})

test('HAM10000: RGB, interleaved, label last', async () => {
  const notes: string[] = []
  const table = await read(tables.skin(), { onNote: (note) => notes.push(note) })
  expect(table.shape).toEqual({ height: 28, width: 28, channels: 3, channelOrder: 'interleaved' })
  expect(notes.map((note) => note.split(':')[0])).toEqual(['images taken as 28x28x3', 'channels taken as interleaved'])
  expect(table.classes).toEqual(['2', '4', '6'])
  expect(table.pixels).toEqual(Uint8Array.from([2, 4, 6].flatMap((seed) => interleaved(colours(seed, 28)))))
})

test('CIFAR rows: RGB, planar', async () => {
  const table = await read(tables.cifar())
  expect(table.shape).toEqual({ height: 32, width: 32, channels: 3, channelOrder: 'planar' })
  expect(table.pixels).toEqual(Uint8Array.from([6, 9].flatMap((seed) => planar(colours(seed, 32)))))
})

test('FER2013: refused with the options to add, then read', async () => {
  const error = await dataError(read(tables.faces()))
  expect(error.message).toContain("Pass drop: ['emotion', 'Usage'] to leave them out, or label: 'emotion' if")
  for (const parser of ['simd', 'plain', 'strict'] as const) {
    const table = await read(tables.faces(), { label: 'emotion', drop: ['Usage'], parser })
    expect([table.pixels, table.shape, table.classes]).toEqual([images([0, 2], 48), grey(48), ['0', '2']])
  }
})

test('values 0..1: floats as they are, or with white the bytes they came from', async () => {
  const floats = await read(tables.scaled())
  expect(floats.pixels).toBeInstanceOf(Float32Array)
  expect(Array.from(floats.pixels, (value) => Math.round(value * 255))).toEqual([...images([1, 0], 28)])
  expect((await dataError(read(tables.scaled(), { dataType: 'uint8' }))).advice).toBe(
    'If the values are fractions 0..1, pass maxValue: 1.',
  )
  const table = await read(tables.scaled(), { maxValue: 1 })
  expect([table.pixels, table.maxValue]).toEqual([images([1, 0], 28), 255])
})
