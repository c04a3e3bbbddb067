import { ClassifierError, type ClassifierErrorCode, type LoadOptions, load } from '@pixelrow/infer-node'
import { read, write } from '@pixelrow/onnx'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { corners, metadataOf, onnxOf, type TestModel } from '../../classifier/test/model.ts'

/** What an error says to programs. */
interface Told {
  code: ClassifierErrorCode
  params: Record<string, unknown>
}

const places: LoadOptions[] = [{ worker: true }, { worker: false }]

/** The error of a call: one of ours, whose message programs need not read. */
async function refusal(call: () => Promise<unknown>): Promise<Told> {
  const error = await call().catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ClassifierError)
  const { code, params } = error as ClassifierError
  return { code, params }
}

const name = 'the model'
const text = (content: string) => new TextEncoder().encode(content)
const good = onnxOf(corners)
const moved = onnxOf(corners).slice()
structuredClone(moved, { transfer: [moved.buffer] })
const withMetadata = (more: Record<string, string>) =>
  onnxOf(corners, { metadata: { ...metadataOf(corners), ...more } })

describe('a broken model is told by code', () => {
  test.each<[string, Uint8Array, Told]>([
    ['an empty file', new Uint8Array(0), { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name } }],
    ['memory that has moved', moved, { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name } }],
    ['a table', text('label,pixel0\n1,0\n'), { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name } }],
    ['a cut file', good.subarray(0, 200), { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name } }],
    [
      'a newer IR version',
      onnxOf(corners, { irVersion: 99 }),
      { code: 'CLASSIFIER_MODEL_TOO_NEW', params: { name, found: 99, most: expect.any(Number) } },
    ],
    [
      'a newer operator set',
      onnxOf(corners, { opset: 99 }),
      { code: 'CLASSIFIER_MODEL_TOO_NEW', params: { name, domain: 'ai.onnx', found: 99, most: expect.any(Number) } },
    ],
    [
      'half of the metadata',
      onnxOf(corners, { metadata: { 'pixelrow.max_value': '16' } }),
      { code: 'CLASSIFIER_METADATA_MISSING', params: { name, keys: ['pixelrow.classes', 'pixelrow.shape'] } },
    ],
    [
      'metadata of another kind',
      withMetadata({ 'pixelrow.max_value': '300' }),
      {
        code: 'CLASSIFIER_METADATA_INVALID',
        params: { name, key: 'pixelrow.max_value', expected: 'an integer 1..255', found: '300' },
      },
    ],
    [
      "a pixel range that is none of ONNX's",
      onnxOf(corners, { metadata: { 'Image.NominalPixelRange': 'Wide' } }),
      {
        code: 'CLASSIFIER_METADATA_INVALID',
        params: {
          name,
          key: 'Image.NominalPixelRange',
          expected: 'NominalRange_0_255, Normalized_0_1, Normalized_1_1',
          found: 'Wide',
        },
      },
    ],
    [
      'another input than its metadata says',
      onnxOf(corners, { metadata: metadataOf({ ...corners, width: 3 }) }),
      {
        code: 'CLASSIFIER_MODEL_UNSUITABLE',
        params: { name, expected: 'an input of uint8 [N, 6] as its metadata says', found: 'uint8 [N, 4]' },
      },
    ],
    [
      'no output of scores',
      onnxOf(corners, { probabilitiesName: 'scores' }),
      {
        code: 'CLASSIFIER_MODEL_UNSUITABLE',
        params: { name, expected: "an output named 'probabilities'", found: ['scores', 'label'] },
      },
    ],
    [
      'images of two channels',
      onnxOf(corners, { metadata: {}, imageDims: [2, 1, 2] }),
      {
        code: 'CLASSIFIER_MODEL_UNSUITABLE',
        params: { name, expected: 'images of 1 or 3 channels', found: '2 in [N, 2, 1, 2]' },
      },
    ],
  ])('%s', async (_, bytes, told) => {
    for (const place of places) expect(await refusal(() => load(bytes, place))).toEqual(told)
  })

  test('a run that gives no numbers', async () => {
    const spoilt: TestModel = { ...corners, weight: new Float32Array(12).fill(Number.NaN) }
    for (const place of places) {
      await using classifier = await load(onnxOf(spoilt, { withoutLabel: true }), place)
      const told = { code: 'CLASSIFIER_SCORES_INVALID', params: { name, row: 0 } }
      expect(await refusal(() => classifier.classify(new Uint8Array(4)))).toEqual(told)
    }
  })
})

describe('bad input is told by code', async () => {
  const png = await sharp(new Uint8Array(12), { raw: { width: 2, height: 2, channels: 3 } })
    .png()
    .toBuffer()
  const pixels = Uint8Array.of(1, 16, 8, 0)
  const digit = { prepare: 'digit' } as const
  const twoChannels: TestModel = { ...corners, channels: 2, weight: new Float32Array(24) }
  const shape = { height: 2, width: 2, channels: 2, channelOrder: 'interleaved' }
  const picture = { data: new Uint8Array(16), width: 2, height: 2 }

  test.each<[string, unknown, Told, TestModel?, object?]>([
    [
      'floats',
      Float32Array.of(0, 1, 0.5, 0),
      {
        code: 'CLASSIFIER_PIXELS_INVALID',
        params: { expected: 'a Uint8Array of raw pixel values', found: 'Float32Array' },
      },
    ],
    [
      'a cut picture',
      png.subarray(0, 40),
      {
        code: 'CLASSIFIER_PICTURE_INVALID',
        params: {
          picture: 'the picture',
          expected: 'a PNG, JPEG, WebP, GIF, BMP or TIFF picture',
          found: expect.stringContaining('cut short'),
        },
      },
    ],
    [
      'a file that is not there',
      'none.png',
      { code: 'CLASSIFIER_PICTURE_UNREADABLE', params: { path: 'none.png', reason: 'ENOENT' } },
    ],
    [
      'too few pixels',
      pixels.subarray(1),
      { code: 'CLASSIFIER_PIXELS_SIZE', params: { expected: 4, found: 3, several: false } },
    ],
    [
      'a pixel beyond the scale',
      Uint8Array.of(0, 0, 17, 0),
      { code: 'CLASSIFIER_PIXELS_VALUE', params: { row: 0, pixel: 2, most: 16, found: 17 } },
    ],
    [
      'no picture',
      new Map(),
      {
        code: 'CLASSIFIER_PICTURE_INVALID',
        params: {
          picture: 'the picture',
          expected: "raw pixels, a picture's bytes or decoded red, green, blue and alpha",
          found: 'Map',
        },
      },
    ],
    [
      'a picture for a model of two channels',
      picture,
      { code: 'CLASSIFIER_PREPARE_UNSUITABLE', params: { name, shape } },
      twoChannels,
    ],
    [
      'a grey picture for a model of two channels',
      picture,
      { code: 'CLASSIFIER_PREPARE_UNSUITABLE', params: { name, shape, rule: 'digit' } },
      twoChannels,
      digit,
    ],
  ])('%s', async (_, image, told, model = corners, options = {}) => {
    for (const place of places) {
      await using classifier = await load(onnxOf(model), place)
      expect(await refusal(() => classifier.classify(image as Uint8Array, options))).toEqual(told)
      const numbered = { ...told, params: { ...told.params, image: 0 } }
      expect(await refusal(() => classifier.classifyMany([image as Uint8Array], options))).toEqual(numbered)
    }
  })

  test('several images and a part of one', async () => {
    await using classifier = await load(good)
    const told = { code: 'CLASSIFIER_PIXELS_SIZE', params: { expected: 4, found: 6, several: true } }
    expect(await refusal(() => classifier.predict(new Uint8Array(6)))).toEqual(told)
    const list: unknown = [0, 0, 0, 0]
    const none = {
      code: 'CLASSIFIER_PIXELS_INVALID',
      params: { expected: 'a Uint8Array of raw pixel values', found: 'Array' },
    }
    expect(await refusal(() => classifier.predict(list as Uint8Array))).toEqual(none)
  })
})

test('a missing device is told by code', async () => {
  const device = process.platform === 'win32' ? 'coreml' : 'dml'
  for (const place of places) {
    const told = { code: 'CLASSIFIER_DEVICE_UNAVAILABLE', params: { name, devices: [device] } }
    expect(await refusal(() => load(good, { ...place, device }))).toEqual(told)
  }
})

test('what fails in a worker and is no error of ours is told as its failure', async () => {
  const model = read(good)
  const one = { name: 'one', dataType: 'int64' as const, dims: [2], data: BigInt64Array.of(1n, 4n) }
  const reshape = { opType: 'Reshape', domain: '', name: 'one row', inputs: ['floats', 'one'], outputs: ['row'] }
  const [cast, flatten, ...rest] = model.graph.nodes
  const nodes = [cast!, { ...reshape, attributes: {} }, { ...flatten!, inputs: ['row'] }, ...rest]
  const initializers = [...model.graph.initializers, one]
  const bytes = write({ ...model, graph: { ...model.graph, nodes, initializers } })
  await using classifier = await load(bytes, { worker: true })
  expect((await classifier.predict(new Uint8Array(4))).labels).toHaveLength(1)
  expect(await refusal(() => classifier.predict(new Uint8Array(8)))).toEqual({
    code: 'CLASSIFIER_WORKER_FAILED',
    params: { name, reason: expect.stringContaining('Reshape') },
  })
})
