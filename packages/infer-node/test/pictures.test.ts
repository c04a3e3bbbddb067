import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTable } from '@pixelrow/data'
import { type Classifier, load } from '@pixelrow/infer-node'
import { digit } from '@pixelrow/pixels'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metadataOf, onnxOf, type TestModel } from '../../classifier/test/model.ts'

/** 4×4 grey pictures, two classes: is the left half brighter than the right? */
const halves: TestModel = {
  height: 4,
  width: 4,
  channels: 1,
  maxValue: 255,
  classes: ['left', 'right'],
  weight: Float32Array.from({ length: 32 }, (_, i) => ((i >> 1) % 4 < 2 === (i % 2 === 0) ? 3 : 0)),
}
const preparation = { size: [4, 4], resize: 'cover', color: 'grey', background: 90 } as const
const metadata = { ...metadataOf(halves), 'pixelrow.preparation': JSON.stringify(preparation) }

let folder: string
let classifier: Classifier
const files: Record<string, Buffer> = {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pixelrow-test-'))
  // 9×6 in colours with a hole: everything that the rule decides makes a difference.
  const pixels = Uint8Array.from({ length: 9 * 6 * 4 }, (_, i) => (i % 4 === 3 ? (i % 20 ? 255 : 60) : (i * 37) % 256))
  const image = sharp(pixels, { raw: { width: 9, height: 6, channels: 4 } })
  files['a.png'] = await image.png().toBuffer()
  files['b.jpg'] = await image.jpeg().toBuffer()
  files['c.webp'] = await image.webp().toBuffer()
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  classifier = await load(onnxOf(halves, { metadata }))
})

afterAll(async () => {
  await classifier.close()
  await rm(folder, { recursive: true })
})

test('pictures are prepared as the table was that the model was trained on, from paths and from bytes', async () => {
  const { size, ...rule } = preparation
  const table = await readTable(folder, { size, ...rule, label: false })
  const expected = await classifier.classifyMany(table.pixels)
  expect(await classifier.classifyMany(Object.values(files))).toEqual(expected)
  expect(await classifier.classifyMany(Object.keys(files).map((name) => join(folder, name)))).toEqual(expected)
  expect(await classifier.classify(files['b.jpg']!)).toEqual(expected[1])
  const streamed = []
  for await (const result of classifier.classifyRows(Object.values(files))) streamed.push(result)
  expect(streamed).toEqual(expected)
})

test('raw pixels stay as they are, also those that begin like a picture', async () => {
  const raw = Uint8Array.of(0xff, 0xd8, 0xff, 0, ...new Uint8Array(12))
  expect((await classifier.classify(raw)).label).toBe('left')
  await expect(classifier.classify(files['a.png']!.subarray(0, 40))).rejects.toThrow(
    'the picture: expected a PNG, JPEG, WebP, GIF, BMP or TIFF picture, found cut short',
  )
})

test('a call or the load may say another rule', async () => {
  const stretch = { ...preparation, resize: 'stretch' } as const
  const table = await readTable(folder, { ...stretch, label: false })
  const [expected] = await classifier.classifyMany(table.pixels.subarray(0, 16))
  expect(await classifier.classify(files['a.png']!, { prepare: stretch })).toEqual(expected)
  await using other = await load(onnxOf(halves, { metadata }), { prepare: stretch })
  expect(await other.classify(files['a.png']!)).toEqual(expected)
  await expect(classifier.classify(files['a.png']!, { prepare: { ...stretch, size: [5, 4] } })).rejects.toThrow(
    'prepare: expected images of 4×4×1, found a rule for 5×4×1',
  )
})

test('a drawing of a digit gets MNIST’s form', async () => {
  const data = new Uint8ClampedArray(60 * 60 * 4).fill(255)
  for (let y = 10; y < 50; y++) for (let x = 40; x < 46; x++) data.fill(20, 4 * (y * 60 + x), 4 * (y * 60 + x) + 3)
  const image = { data, width: 60, height: 60 }
  const [expected] = await classifier.classifyMany([digit(image, { size: [4, 4] })])
  expect(await classifier.classify(image, { prepare: 'digit' })).toEqual(expected)
  const png = await sharp(Buffer.from(data), { raw: { width: 60, height: 60, channels: 4 } })
    .png()
    .toBuffer()
  expect(await classifier.classify(png, { prepare: 'digit' })).toEqual(expected)
})

test('a model of another range and order of channels gets its own', async () => {
  const planar = {
    ...halves,
    channels: 3,
    maxValue: 16,
    weight: Float32Array.from({ length: 96 }, (_, i) => (i < 32 === (i % 2 === 0) ? 1 : 0)),
  }
  const shape = JSON.stringify({ height: 4, width: 4, channels: 3, channelOrder: 'planar' })
  await using other = await load(onnxOf(planar, { metadata: { ...metadataOf(planar), 'pixelrow.shape': shape } }))
  const solid = (r: number, g: number, b: number) =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer()
  // The first class is for the first plane, red.
  const [red, blue] = await other.classifyMany([await solid(255, 0, 0), await solid(0, 0, 255)])
  expect([red!.label, blue!.label]).toEqual(['left', 'right'])
  expect((await other.classify(await solid(255, 0, 0))).probability).toBeCloseTo(1 / (1 + Math.exp(-16)), 5)
})

test('what is no picture is named by its place, or by its path', async () => {
  await expect(classifier.classifyMany([new Uint8Array(16), files['a.png']!.subarray(0, 40)])).rejects.toThrow(
    'image 1: the picture: expected a PNG',
  )
  const missing = join(folder, 'none.png')
  await expect(classifier.classify(missing)).rejects.toThrow(`${missing}: expected a picture, found no such file`)
  const text = join(folder, 'text.png')
  await writeFile(text, 'hello')
  await expect(classifier.classify(text)).rejects.toThrow(
    `${text}: expected a PNG, JPEG, WebP, GIF, BMP or TIFF picture, found no PNG, JPEG, WebP, GIF, BMP or TIFF`,
  )
  await rm(text)
})
