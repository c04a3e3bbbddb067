import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ExportError, type TfjsFile, tfjsToOnnx } from '@pixelrow/export/tfjs'
import { load } from '@pixelrow/infer-node'
import { read } from '@pixelrow/onnx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../../tests/serve.ts'
import { filesOf, savedArtifacts, teachableMetadata, teachableModel, zipped } from './tfjsfiles.ts'
import { difference, feedsFor, layers, numbers, predict, runOnnx, tf, trained } from './tfjsruntime.ts'

const { layers: l } = layers
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-tfjs-'))
const labels = ['cat', 'dog', 'nothing']
let model: layers.Sequential
let bytes: Uint8Array
let files: TfjsFile[]

function write(name: string, list: readonly TfjsFile[]): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  for (const file of list) writeFileSync(join(path, file.name), file.bytes)
  return path
}

beforeAll(async () => {
  model = teachableModel()
  bytes = await tfjsToOnnx(model)
  files = await filesOf(model, { shards: 3 })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('one model from everywhere gives the same bytes', () => {
  test('its files, in any order, with folders before their names, and one download’s own names', async () => {
    expect(await tfjsToOnnx(files)).toEqual(bytes)
    expect(await tfjsToOnnx([...files].reverse().map((file) => ({ ...file, name: `a/b/${file.name}` })))).toEqual(bytes)
    expect(await tfjsToOnnx(await filesOf(model, { name: 'my-model' }))).toEqual(bytes)
  })

  test('a zip, as bytes, as a file and by its path', async () => {
    const zip = zipped(files.map((file) => ({ ...file, name: `model/${file.name}` })))
    const path = join(folder, 'model.zip')
    writeFileSync(path, zip)
    for (const source of [zip, [{ name: 'model.zip', bytes: zip }], path])
      expect(await tfjsToOnnx(source)).toEqual(bytes)
  })

  test('the path of model.json and of its folder, and its URL', async () => {
    const path = write('folder', files)
    const json = join(path, 'model.json')
    for (const source of [path, `${path}/`, json, pathToFileURL(json), pathToFileURL(json).href])
      expect(await tfjsToOnnx(source)).toEqual(bytes)
  })

  test('a server’s address, with and without model.json, and what it asks for', async () => {
    const { origin, close } = await serve({ '/models/': write('served', files) })
    try {
      for (const source of [
        `${origin}/models/model.json?tfjs-format=file`,
        `${origin}/models/`,
        new URL(`${origin}/models/model.json`),
      ])
        expect(await tfjsToOnnx(source)).toEqual(bytes)
      await expect(tfjsToOnnx(`${origin}/elsewhere/model.json`)).rejects.toThrow('the server says 404')
    } finally {
      await close()
    }
    const silent = tfjsToOnnx(`${origin}/models/model.json`)
    await expect(silent).rejects.toThrow(`${origin}/models/model.json: no answer from the server`)
    await expect(silent).rejects.toThrow(ExportError)
  })
})

describe('Teachable Machine', () => {
  const pictures = Uint8Array.from(numbers(2 * 24 * 24 * 3, 5), (value) => Math.round((value + 1) * 127.5))
  const scaled = Float32Array.from(pictures, (byte) => byte / 127 - 1)

  test.each(['zip', 'folder'] as const)('a download as a %s becomes a classifier by itself', async (kind) => {
    const download = [...files, teachableMetadata(labels)]
    const source = kind === 'zip' ? zipped(download) : write('teachable', download)
    const classifier = await load(await tfjsToOnnx(source), { device: 'cpu' })
    expect(classifier.classes).toEqual(labels)
    expect(classifier.shape).toEqual({ height: 24, width: 24, channels: 3, channelOrder: 'interleaved' })
    expect(classifier.preparation).toEqual({ size: [24, 24], resize: 'cover', color: 'rgb', background: 0 })
    const { probabilities } = await classifier.predict(pictures)
    await classifier.close()
    const [expected] = predict(model, { x: { dims: [2, 24, 24, 3], data: scaled } })
    expect(difference(expected!, { dims: [2, 3], data: [...probabilities] })).toBeLessThan(1e-5)
  })

  test('its own output stays, and without a classifier it is the model alone', async () => {
    const download = [...files, teachableMetadata(labels)]
    const { graph } = read(await tfjsToOnnx(download))
    expect(graph.inputs.map(({ name, type }) => [name, type.dataType, type.dims])).toEqual([
      ['pixels', 'uint8', ['N', 24, 24, 3]],
    ])
    expect(graph.outputs.map(({ name }) => name)).toEqual([...model.outputNames, 'probabilities', 'label'])
    expect(await tfjsToOnnx(download, { classifier: false })).toEqual(bytes)
  })

  test('labels that are not as many as the model’s scores are refused', async () => {
    const download = [...files, teachableMetadata(['cat', 'dog', 'bird', 'none'])]
    await expect(tfjsToOnnx(download)).rejects.toThrow('one score for each of 4 classes, found an output [N,3]')
  })
})

describe('classifier', () => {
  const image = Uint8Array.from({ length: 4 * 4 }, (_, at) => at * 16)
  const small = (units: number, activation?: 'softmax' | 'sigmoid') =>
    trained(
      layers.sequential({
        layers: [l.flatten({ inputShape: [4, 4, 1] }), l.dense({ units, ...(activation && { activation }) })],
      }),
      9,
    )

  async function classify(model: layers.LayersModel, classes: string[], options = {}) {
    const classifier = await load(await tfjsToOnnx(model, { classifier: { classes, ...options } }), { device: 'cpu' })
    const { probabilities, labels } = await classifier.predict(image)
    await classifier.close()
    return { probabilities: [...probabilities], label: labels[0] }
  }

  const scores = (model: layers.LayersModel, scale = 1 / 255, offset = 0) =>
    predict(model, { x: { dims: [1, 4, 4, 1], data: Float32Array.from(image, (byte) => byte * scale + offset) } })[0]!
      .data

  test('logits become probabilities, by the scaling given', async () => {
    const model = small(3)
    const powers = scores(model, 1 / 127.5, -1).map(Math.exp)
    const total = powers.reduce((sum, power) => sum + power)
    const found = await classify(model, ['a', 'b', 'c'], { scale: 1 / 127.5, offset: -1 })
    found.probabilities.forEach((value, at) => {
      expect(value).toBeCloseTo(powers[at]! / total, 5)
    })
    expect(found.label).toBe(powers.indexOf(Math.max(...powers)))
  })

  test('one number between 0 and 1 becomes two', async () => {
    for (const activation of ['sigmoid', undefined] as const) {
      const model = small(1, activation)
      const [score] = scores(model)
      const second = activation ? score! : 1 / (1 + Math.exp(-score!))
      const { probabilities } = await classify(model, ['no', 'yes'])
      expect(probabilities[1]).toBeCloseTo(second, 5)
      expect(probabilities[0]).toBeCloseTo(1 - second, 5)
    }
  })

  test('several sigmoids need a word', async () => {
    const model = small(3, 'sigmoid')
    await expect(classify(model, ['a', 'b', 'c'])).rejects.toThrow('Pass output')
    expect((await classify(model, ['a', 'b', 'c'], { output: 'probabilities' })).probabilities[0]).toBeCloseTo(
      scores(model)[0]!,
      5,
    )
  })

  test('a model of no pictures is refused', async () => {
    const model = layers.sequential({ layers: [l.dense({ inputShape: [3], units: 2, name: 'only' })] })
    await expect(tfjsToOnnx(model, { classifier: { classes: ['a', 'b'] } })).rejects.toThrow(
      'takes one input float32[N, height, width, channels]',
    )
  })
})

describe('quantised weights', () => {
  /** The files with weights stored as numbers of a smaller type, and the model with what tfjs makes of them. */
  async function quantised(dtype: 'uint8' | 'uint16' | 'float16') {
    const source = trained(
      layers.sequential({
        layers: [l.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3 }), l.flatten(), l.dense({ units: 4 })],
      }),
    )
    const { weightSpecs, weightData, ...rest } = await savedArtifacts(source)
    const values = new Float32Array(weightData as ArrayBuffer)
    const [scale, min] = [2 / (dtype === 'uint8' ? 255 : 65535), -1]
    const quantization = dtype === 'float16' ? { dtype } : { dtype, scale, min }
    const stored =
      dtype === 'float16' ? Uint16Array.from(values, halfOf) : values.map((value) => Math.round((value - min) / scale))
    const data = dtype === 'uint8' ? Uint8Array.from(stored) : new Uint8Array(Uint16Array.from(stored).buffer)
    const specs = weightSpecs!.map((spec) => ({
      ...spec,
      quantization: { ...quantization, original_dtype: 'float32' },
    }))
    const restored = await layers.loadLayersModel(
      tf.io.fromMemory({ ...rest, weightSpecs: specs, weightData: data.buffer } as tf.io.ModelArtifacts),
    )
    const json = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: specs }] }
    const list = [
      { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) },
      { name: 'weights.bin', bytes: data },
    ]
    return { restored, list }
  }

  /** Rounds towards zero, which is near enough for weights to test with. */
  function halfOf(value: number): number {
    if (value === 0) return 0
    const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -14)
    const fraction = Math.floor((Math.abs(value) / 2 ** exponent - 1) * 1024)
    return (
      (value < 0 ? 0x8000 : 0) |
      (fraction < 0 ? Math.floor(Math.abs(value) * 2 ** 24) : ((exponent + 15) << 10) | fraction)
    )
  }

  test.each(['uint8', 'uint16', 'float16'] as const)('%s', async (dtype) => {
    const { restored, list } = await quantised(dtype)
    const bytes = await tfjsToOnnx(list)
    const feeds = feedsFor({ [read(bytes).graph.inputs[0]!.name]: [6, 6, 2] }, 2)
    const [found] = Object.values(await runOnnx(bytes, feeds))
    expect(difference(predict(restored, feeds)[0]!, found!)).toBeLessThan(1e-5)
  })
})

describe('what is missing or damaged', () => {
  const edited = (from: string | RegExp, to: string) =>
    files.map((file) =>
      file.name === 'model.json'
        ? { ...file, bytes: new TextEncoder().encode(new TextDecoder().decode(file.bytes).replace(from, to)) }
        : file,
    )
  const cut = () => files.map((file) => (/3of3/.test(file.name) ? { ...file, bytes: file.bytes.slice(0, -9) } : file))

  const broken: [string, () => Parameters<typeof tfjsToOnnx>[0], RegExp][] = [
    ['a shard that is not there', () => files.slice(0, -1), /its weight file group1-shard3of3\.bin is missing/],
    ['a shard that is cut', cut, /takes \d+ bytes, found \d+\. Is the file cut/],
    [
      'a shard too long',
      () => files.map((file) => (/3of3/.test(file.name) ? { ...file, bytes: new Uint8Array(9999) } : file)),
      /the weights take \d+ bytes, found/,
    ],
    ['no model.json', () => files.slice(1), /no model\.json among group1-shard1of3\.bin/],
    ['nothing at all', () => [], /no model\.json among nothing/],
    ['a model.json that is no JSON', () => edited('{', '['), /expected the model\.json of a tfjs model/],
    [
      'a model.json of something else',
      () => [{ name: 'model.json', bytes: new TextEncoder().encode('{"a":1}') }],
      /has no modelTopology/,
    ],
    [
      'a shard outside the folder',
      () => edited('group1-shard1of3', '../../secret'),
      /names a file outside its folder: "\.\.\/\.\.\/secret/,
    ],
    ...['ht\ntp://host/x', ' http://host/x', 'a+b://host/x', 'x\0y', '', 'a/', '.'].map(
      (path): [string, () => TfjsFile[], RegExp] => [
        `the path ${JSON.stringify(path)}`,
        () => edited('group1-shard1of3.bin', JSON.stringify(path).slice(1, -1)),
        /names a file outside its folder/,
      ],
    ),
    ['one file twice', () => edited('group1-shard2of3.bin', 'group1-shard1of3.bin'), /shard1of3.bin twice/],
    ['a path from the root', () => edited('group1-shard1of3.bin', '/etc/passwd'), /names a file outside its folder/],
    [
      'a layer without its weights',
      () => edited(/"name":"([^"]+)\/kernel"/, '"name":"$1/other"'),
      /the weights lack [\w/]+kernel/,
    ],
    [
      'an activation that nobody knows',
      () => edited('"activation":"relu"', '"activation":"magic"'),
      /\(Dense\) at layers\[1\]\.layers\[0\]: activation "magic" is not supported/,
    ],
    [
      'a type of weights that nobody knows',
      () => edited(/("shape":\[[\d,]*\],"dtype":)"float32"/, '$1"float8"'),
      /dtype float8 is not known/,
    ],
    ['bytes that are no zip', () => new Uint8Array(50), /expected a zip/],
    ['a zip that is cut', () => zipped(files).slice(0, 400), /no directory at its end/],
    ['a zip with a damaged file', () => damaged(zipped(files)), /damaged|unpacks to more/],
    ['a path that is not there', () => join(folder, 'nowhere'), /nowhere: cannot be read/],
  ]

  function damaged(zip: Uint8Array): Uint8Array {
    zip[200]! ^= 0xff
    return zip
  }

  test.each(broken)('%s', async (_, source, message) => {
    const converted = tfjsToOnnx(source())
    await expect(converted).rejects.toThrow(message)
    await expect(converted).rejects.toThrow(ExportError)
  })

  test('a shard that leads out of the folder of an address', async () => {
    const { origin, close } = await serve({ '/models/': write('climbing', edited('group1-shard1of3', '%2e%2e/x')) })
    const converted = tfjsToOnnx(`${origin}/models/model.json`)
    await expect(converted.finally(close)).rejects.toThrow('names a file outside its folder: "%2e%2e/x.bin"')
  })

  test('inputShapes that the model has not', async () => {
    await expect(tfjsToOnnx(files, { inputShapes: { other: [1] } })).rejects.toThrow('inputShapes names "other"')
    const [name] = model.inputNames
    await expect(tfjsToOnnx(files, { inputShapes: { [name!]: [null, 9, 9, 3] } })).rejects.toThrow(
      'the model takes [N,24,24,3]',
    )
  })
})
