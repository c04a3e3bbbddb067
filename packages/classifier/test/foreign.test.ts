import { createClassifier, type ModelOptions, openRunner } from '@pixelrow/classifier'
import { type Model, write } from '@pixelrow/onnx'
import { describe, expect, test } from 'vitest'
import { corners, onnxOf } from './model.ts'
import { openRecorded } from './recorded.ts'

interface Foreign {
  dims: (number | string)[]
  type?: 'float32' | 'float16' | 'uint8'
  outputType?: 'float32' | 'float16'
  softmax?: boolean
  metadata?: Record<string, string>
  outputDims?: (number | string)[]
}

/** The sums of each colour channel of a 2×2 picture as logits: exactly what a converted classifier might give. */
function foreign({
  dims,
  type = 'float32',
  outputType = 'float32',
  softmax = false,
  metadata = {},
  outputDims = ['N', 3],
}: Foreign): Uint8Array {
  const axes = dims[1] === 3 ? [2, 3] : [1, 2]
  const node = (opType: string, inputs: string[], output: string, attributes = {}) => {
    return { opType, domain: '', name: output, inputs, outputs: [output], attributes }
  }
  const graph: Model['graph'] = {
    name: 'foreign',
    nodes: [
      node('Cast', ['image'], 'floats', { to: { int: 1 } }),
      node('ReduceMean', ['floats'], 'means', { axes: { ints: axes }, keepdims: { int: 0 } }),
      softmax ? node('Softmax', ['means'], 'shares', { axis: { int: 1 } }) : node('Identity', ['means'], 'shares'),
      node('Cast', ['shares'], 'scores', { to: { int: outputType === 'float16' ? 10 : 1 } }),
    ],
    inputs: [{ name: 'image', type: { dataType: type, dims } }],
    outputs: [{ name: 'scores', type: { dataType: outputType, dims: outputDims } }],
    initializers: [],
  }
  return write({ irVersion: 8, opsets: { '': 13 }, metadata, graph })
}

async function open(model: Foreign, given?: ModelOptions) {
  const bytes = foreign(model)
  const { session, tensor, runs } = await openRecorded(bytes)
  const runner = await openRunner({ session, tensor, model: { bytes, ...(given && { given }) }, name: 'x.onnx' })
  return { classifier: createClassifier({ runner, device: 'cpu', name: 'x.onnx' }), runs }
}

/** 2×2, rgbrgb…: means of red 25, green 100, blue 50. */
const image = Uint8Array.of(10, 100, 40, 20, 100, 50, 30, 100, 60, 40, 100, 50)
const softmaxOf = (logits: number[]) => {
  const exps = logits.map((logit) => Math.exp(logit))
  return exps.map((value) => value / exps.reduce((a, b) => a + b))
}

async function probabilities(model: Foreign, given?: ModelOptions): Promise<number[]> {
  const { classifier } = await open(model, given)
  const found = await classifier.predict(image)
  await classifier.close()
  return [...found.probabilities]
}

const close = (values: number[]) => values.map((value) => expect.closeTo(value, 5))

describe('layout, type and scaling', () => {
  test.each<[string, Foreign, ModelOptions | undefined, number[]]>([
    ['NCHW floats are bytes over 255', { dims: ['N', 3, 2, 2] }, undefined, [25 / 255, 100 / 255, 50 / 255]],
    ['NHWC is seen', { dims: ['N', 2, 2, 3] }, undefined, [25 / 255, 100 / 255, 50 / 255]],
    ['bytes stay bytes', { dims: ['N', 3, 2, 2], type: 'uint8' }, undefined, [25, 100, 50]],
    ['bytes in NHWC too', { dims: ['N', 2, 2, 3], type: 'uint8' }, undefined, [25, 100, 50]],
    ['scale', { dims: ['N', 3, 2, 2] }, { scale: 0.01 }, [0.25, 1, 0.5]],
    [
      'mean and deviation a channel',
      { dims: ['N', 3, 2, 2] },
      { mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 2] },
      [(25 / 255 - 0.1) / 0.5, (100 / 255 - 0.2) / 0.25, (50 / 255 - 0.3) / 2],
    ],
    [
      'one mean for all',
      { dims: ['N', 3, 2, 2] },
      { scale: 1 / 127.5, mean: 1 },
      [25 / 127.5 - 1, 100 / 127.5 - 1, 50 / 127.5 - 1],
    ],
    ['blue first', { dims: ['N', 3, 2, 2] }, { colors: 'bgr' }, [50 / 255, 100 / 255, 25 / 255]],
    [
      'a size that the graph leaves open',
      { dims: ['N', 3, 'h', 'w'] },
      { shape: { height: 2, width: 2 } },
      [25 / 255, 100 / 255, 50 / 255],
    ],
    [
      'the range in the metadata',
      { dims: ['N', 3, 2, 2], metadata: { 'Image.NominalPixelRange': 'NominalRange_0_255' } },
      undefined,
      [25, 100, 50],
    ],
    [
      'order and range in the metadata',
      {
        dims: ['N', 2, 2, 3],
        metadata: { 'Image.NominalPixelRange': 'Normalized_1_1', 'Image.BitmapPixelFormat': 'Bgr8' },
      },
      undefined,
      [50 / 127.5 - 1, 100 / 127.5 - 1, 25 / 127.5 - 1],
    ],
  ])('%s', async (_, model, given, logits) => {
    expect(await probabilities(model, given)).toEqual(close(softmaxOf(logits)))
    // What is a distribution already stays as it is.
    expect(await probabilities({ ...model, softmax: true }, given)).toEqual(close(softmaxOf(logits)))
  })

  test('a flat row of colours has them beside each other, or plane by plane where that is said', async () => {
    const flat = (given?: ModelOptions) => passed({ type: 'float32', dims: ['N', 12] }, image, { scale: 1, ...given })
    const [height, width, channels] = [2, 2, 3]
    const shape = { height, width, channels }
    const planes = [10, 20, 30, 40, 100, 100, 100, 100, 40, 50, 60, 50]
    expect(await flat({ shape })).toEqual([...image])
    expect(await flat({ shape, layout: 'NHWC' })).toEqual([...image])
    // What the model takes, and what the classifier is given.
    expect(await flat({ shape, layout: 'NCHW' })).toEqual(planes)
    expect(await flat({ shape: { ...shape, channelOrder: 'planar' }, layout: 'NCHW' })).toEqual([...image])
    const given = { shape: { ...shape, channelOrder: 'planar' as const } }
    expect(await passed({ type: 'float32', dims: ['N', 12] }, Uint8Array.from(planes), { scale: 1, ...given })).toEqual(
      [...image],
    )
    const whole = { type: 'float32' as const, dims: ['N', 3, 2, 2] }
    expect(await passed(whole, Uint8Array.from(planes), { scale: 1, ...given })).toEqual(planes)
    expect(await passed(whole, image, { scale: 1 })).toEqual(planes)
  })

  test('a fixed batch is filled up, also by single images', async () => {
    const { classifier, runs } = await open({ dims: [2, 3, 2, 2], outputDims: [2, 3] })
    const pixels = Uint8Array.from([...image, ...image, ...image.toReversed()])
    const { labels } = await classifier.predict(pixels)
    expect([...labels]).toEqual([1, 1, 1])
    expect((await classifier.classify(image)).index).toBe(1)
    expect(new Set(runs)).toEqual(new Set([2]))
    await classifier.close()
  })

  test('softmax can be said', async () => {
    const logits = [25 / 255, 100 / 255, 50 / 255]
    expect(await probabilities({ dims: ['N', 3, 2, 2] }, { softmax: false })).toEqual(close(logits))
  })
})

test.each<[string, Foreign]>([
  ['takes', { dims: ['N', 3, 2, 2], type: 'float16' }],
  ['gives', { dims: ['N', 3, 2, 2], outputType: 'float16' }],
  ['takes and gives', { dims: ['N', 2, 2, 3], type: 'float16', outputType: 'float16' }],
])('a model that %s float16', async (_, model) => {
  const logits = [25 / 255, 100 / 255, 50 / 255]
  const near = softmaxOf(logits).map((value) => expect.closeTo(value, 3))
  expect(await probabilities(model)).toEqual(near)
  expect(await probabilities({ ...model, softmax: true })).toEqual(near)
  const given = { mean: [0.1, 0.2, 0.3], std: [0.5, 0.25, 2], colors: 'bgr' } as const
  const whole = await probabilities({ ...model, type: 'float32', outputType: 'float32' }, given)
  expect(await probabilities(model, given)).toEqual(whole.map((value) => expect.closeTo(value, 3)))
})

/** What a model's input gets of an image: its scores are that. */
async function passed(input: { type: 'float32'; dims: (number | string)[] }, pixels: Uint8Array, given: ModelOptions) {
  const node = { opType: 'Flatten', domain: '', name: 'flat', inputs: ['image'], outputs: ['scores'], attributes: {} }
  const { type: dataType, dims } = input
  const inputs = [{ name: 'image', type: { dataType, dims } }]
  const outputs = [{ name: 'scores', type: { dataType, dims: ['N', 12] } }]
  const graph = { name: 'passed', nodes: [node], inputs, outputs, initializers: [] }
  const bytes = write({ irVersion: 8, opsets: { '': 13 }, graph })
  const { session, tensor } = await openRecorded(bytes)
  const runner = await openRunner({ session, tensor, model: { bytes, given: { softmax: false, ...given } } })
  const { probabilities } = await runner.run(pixels, 1)
  await runner.release()
  return [...probabilities]
}

/** 16×16 pixels as scores, by way of float16: rounded on the way in by the classifier or by onnxruntime, on the way out by onnxruntime. */
function passing(type: 'float16' | 'float32', outputType: 'float16' | 'float32'): Uint8Array {
  const node = (opType: string, input: string, output: string, attributes = {}) => {
    return { opType, domain: '', name: output, inputs: [input], outputs: [output], attributes }
  }
  const nodes = [
    node('Cast', 'image', 'half', { to: { int: 10 } }),
    node('Flatten', 'half', 'flat', { axis: { int: 1 } }),
    node('Cast', 'flat', 'scores', { to: { int: outputType === 'float16' ? 10 : 1 } }),
  ]
  const inputs = [{ name: 'image', type: { dataType: type, dims: ['N', 16, 16, 1] } }]
  const outputs = [{ name: 'scores', type: { dataType: outputType, dims: ['N', 256] } }]
  return write({
    irVersion: 8,
    opsets: { '': 13 },
    graph: { name: 'passing', nodes, inputs, outputs, initializers: [] },
  })
}

test('float16 is rounded and read as onnxruntime does it, from the smallest numbers to those beyond it', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, at) => at)
  for (const [scale, mean] of [
    [1 / 255, 0],
    [1 / 127, 1],
    [0.0171, 2.1179],
    [2 ** -24, 2 ** -18],
    [3.1e-7, 1e-5],
    [-511.99, 0],
  ] as const) {
    const scores = async (type: 'float16' | 'float32', outputType: 'float16' | 'float32') => {
      const file = passing(type, outputType)
      const { session, tensor } = await openRecorded(file)
      const given = { scale, mean, softmax: false }
      const runner = await openRunner({ session, tensor, model: { bytes: file, given } })
      const { probabilities } = await runner.run(bytes, 1)
      await runner.release()
      return probabilities
    }
    const theirs = await scores('float32', 'float32')
    expect(new Set(theirs).size).toBeGreaterThan(100)
    expect(await scores('float16', 'float32')).toEqual(theirs)
    expect(await scores('float32', 'float16')).toEqual(theirs)
  }
})

describe('classes', () => {
  const dims = ['N', 3, 2, 2]
  test.each<[string, Record<string, string>, ModelOptions | undefined, string[]]>([
    ['are numbers where nobody says them', {}, undefined, ['0', '1', '2']],
    ['are what the caller says', { classes: '["x","y","z"]' }, { classes: ['r', 'g', 'b'] }, ['r', 'g', 'b']],
    ['come as a JSON list', { classes: '["r","g","b"]' }, undefined, ['r', 'g', 'b']],
    ['come as a JSON object', { id2label: '{"1":"g","0":"r","2":"b"}' }, undefined, ['r', 'g', 'b']],
    ['come as places by name', { class_to_idx: '{"g":1,"r":0,"b":2}' }, undefined, ['r', 'g', 'b']],
    ['come as a Python list', { names: `['r', "bird's", 'b']` }, undefined, ['r', "bird's", 'b']],
    ['come as Python’s places by name', { label2id: "{'g': 1, 'r': 0, 'b': 2}" }, undefined, ['r', 'g', 'b']],
    ['come one a line', { labels: 'r\ng\r\nb\n' }, undefined, ['r', 'g', 'b']],
    ['come as a Python dict', { names: `{0: 'r', 1: "bird's", 2: 'it\\'s'}` }, undefined, ['r', "bird's", "it's"]],
    [
      'that cannot be read are passed over',
      { names: '{0: 1}', labels: '{"0":"r","2":"b"}', label2id: '{"r":0,"g":0,"b":1}', class_names: "['r', 1]" },
      undefined,
      ['0', '1', '2'],
    ],
  ])('%s', async (_, metadata, given, classes) => {
    const { classifier } = await open({ dims, metadata }, given)
    expect(classifier.classes).toEqual(classes)
    expect(classifier.classesFrom).toBe(given ? 'caller' : classes[0] === '0' ? 'numbering' : 'metadata')
    expect((await classifier.classify(image)).label).toBe(classes[1])
    await classifier.close()
  })
})

test.each<[string, Foreign, ModelOptions | undefined, string]>([
  [
    'a size that nobody says',
    { dims: ['N', 3, 'h', 'w'] },
    undefined,
    'x.onnx: its input is [N, 3, h, w], from which the size of its images cannot be told. Say it: shape:',
  ],
  [
    'another size than the graph has',
    { dims: ['N', 3, 2, 2] },
    { shape: { height: 4, width: 4 } },
    'differs from the shape given',
  ],
  ['channels that no picture has', { dims: ['N', 2, 2, 5] }, undefined, 'expected images of 1 or 3 channels, found 2'],
  [
    'too few classes',
    { dims: ['N', 3, 2, 2] },
    { classes: ['a', 'b'] },
    'x.onnx: expected 2 scores, as there are so many classes, found 3',
  ],
  [
    'an output that is not there',
    { dims: ['N', 3, 2, 2] },
    { output: 'logits' },
    "expected an output named 'logits', found 'scores'",
  ],
  [
    'a mean for too few channels',
    { dims: ['N', 3, 2, 2] },
    { mean: [1, 2] },
    'mean: expected a number, or one for each of 3 channels, found [1,2]',
  ],
  [
    'scaling of a model that takes bytes',
    { dims: ['N', 3, 2, 2], type: 'uint8' },
    { scale: 1, mean: 0 },
    'x.onnx: scale, mean: its input is of uint8, which gets the bytes as they are',
  ],
  [
    'a deviation of zero',
    { dims: ['N', 3, 2, 2] },
    { std: 0 },
    'openRunner: model.given.std must be a number above 0, or a list of them, one a channel; found 0.',
  ],
  [
    'a range of video',
    { dims: ['N', 3, 2, 2], metadata: { 'Image.NominalPixelRange': 'NominalRange_16_235' } },
    undefined,
    'found NominalRange_16_235',
  ],
  [
    'an input of other numbers',
    { dims: ['N', 3, 2, 2], type: 'float64' as 'float32' },
    undefined,
    'expected an input of uint8, float32 or float16, found float64',
  ],
])('is refused with a sentence: %s', async (_, model, given, message) => {
  await expect(open(model, given)).rejects.toThrow(message)
})

test('a model that gives NaN is an error that names the image', async () => {
  // Sums beyond what a float holds.
  const { classifier } = await open({ dims: ['N', 3, 2, 2] }, { scale: 1e38, softmax: true })
  await expect(classifier.predict(image)).rejects.toThrow('x.onnx: image 0: the model gives NaN for a class')
  await classifier.close()
})

test('pixels that are no bytes are refused: fractions and NaN have no place there', async () => {
  const { classifier } = await open({ dims: ['N', 3, 2, 2] })
  const floats = Float32Array.from(image, () => Number.NaN) as unknown as Uint8Array
  await expect(classifier.classify(floats)).rejects.toThrow(
    'pixels: expected a Uint8Array of raw pixel values, found Float32Array',
  )
  await classifier.close()
})

describe('a model of pixelrow', () => {
  async function ours(given: ModelOptions) {
    const bytes = onnxOf(corners)
    const { session, tensor } = await openRecorded(bytes)
    return openRunner({ session, tensor, model: { bytes, given }, name: 'x.onnx' })
  }

  test('may be given other texts for its classes, and stays what it is', async () => {
    const runner = await ours({ classes: ['l', 'r', 'b'] })
    expect(runner.model).toMatchObject({ classes: ['l', 'r', 'b'], classesFrom: 'caller', maxValue: 16 })
    expect((await runner.run(Uint8Array.of(1, 16, 8, 0), 1)).labels[0]).toBe(1)
    await runner.release()
    await expect(ours({ classes: ['l', 'r'] })).rejects.toMatchObject({
      code: 'CLASSIFIER_CLASSES_COUNT',
      params: { name: 'x.onnx', expected: 3, found: 2 },
    })
  })

  test('says all else itself: what would be ignored is refused', async () => {
    await expect(ours({ scale: 1 / 16, colors: 'bgr' })).rejects.toMatchObject({
      code: 'CLASSIFIER_MODEL_OPTION_UNUSED',
      params: { name: 'x.onnx', options: ['model.scale', 'model.colors'] },
      message: expect.stringContaining('x.onnx: model.scale, model.colors: a model of pixelrow says itself'),
    })
  })
})
