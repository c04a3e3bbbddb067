import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe as describeFile } from '@pixelrow/export'
import { ClassifierError, load, open } from '@pixelrow/infer-node'
import { read, write } from '@pixelrow/onnx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { corners, expectedProbabilities, onnxOf } from '../../classifier/test/model.ts'

const image = Uint8Array.of(1, 16, 8, 0)
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-external-'))
const elsewhere = join(folder, 'elsewhere')
const path = join(folder, 'models/model.onnx')
const before = process.cwd()

/** The model with its weights at `location`. */
function keptAt(location: string): Uint8Array {
  const model = read(onnxOf(corners))
  const entry = (key: string, value: string) => ({ key, value })
  const length = entry('length', String(corners.weight.byteLength))
  const external_data = [entry('location', location), entry('offset', '0'), length]
  const initializers = model.graph.initializers.map((tensor) =>
    tensor.name === 'weight'
      ? { ...tensor, data: new Float32Array(), extra: { data_location: 1, external_data } }
      : tensor,
  )
  return write({ ...model, graph: { ...model.graph, initializers } })
}

function put(place: string, content: Uint8Array): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, content)
}

const weights = new Uint8Array(corners.weight.buffer)

beforeAll(() => {
  put(path, keptAt('model.onnx.data'))
  put(join(folder, 'models/model.onnx.data'), weights)
  put(join(folder, 'models/deep.onnx'), keptAt('parts/0.bin'))
  put(join(folder, 'models/parts/0.bin'), weights)
  put(join(folder, 'models/lonely.onnx'), keptAt('gone.data'))
  // Somebody else's file of that name, in the folder in which we are.
  put(join(elsewhere, 'model.onnx.data'), new Uint8Array(weights.length))
  process.chdir(elsewhere)
})

afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true, force: true })
})

async function probabilities(source: string | URL, options: Parameters<typeof load>[1]): Promise<number[]> {
  const classifier = await load(source, options)
  const { top } = await classifier.classify(image)
  await classifier.close()
  return top.sort((a, b) => a.index - b.index).map(({ probability }) => probability)
}

const expected = expectedProbabilities(corners, image).map((value) => expect.closeTo(value, 6))

describe('weights in a file beside the model', () => {
  test.each([
    ['in a worker', { device: 'cpu' }],
    ['on this thread', { device: 'cpu', worker: false }],
    ['on WebAssembly', { device: 'wasm' }],
  ] as const)('are found by the model’s path %s, not in the folder in which we are', async (_, options) => {
    expect(await probabilities(path, options)).toEqual(expected)
    expect(await probabilities(pathToFileURL(path), options)).toEqual(expected)
    expect(await probabilities(join(folder, 'models/deep.onnx'), options)).toEqual(expected)
  })

  test('also by a path that counts from here, and by open', async () => {
    expect(await probabilities('../models/model.onnx', { device: 'cpu' })).toEqual(expected)
    const session = await open('../models/model.onnx')
    const { probabilities: found } = await session.run({ pixels: { dataType: 'uint8', dims: [1, 4], data: image } })
    await session.close()
    expect([...(found!.data as Float32Array)]).toEqual(expected)
  })

  test('are not looked for where there is no path', async () => {
    const bytes = keptAt('model.onnx.data')
    const sources = [
      bytes,
      new Blob([bytes as Uint8Array<ArrayBuffer>]),
      new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
    ]
    for (const source of sources) {
      const error = await load(source).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(ClassifierError)
      expect((error as Error).message).toBe(
        "the model: its weights are in other files ('model.onnx.data'), which cannot be found from its bytes. Load it by its path, " +
          'with those files beside it, or save it as one file',
      )
    }
    await expect(open(bytes)).rejects.toThrow("its weights are in other files ('model.onnx.data')")
  })

  test('that is not there is named', async () => {
    const lonely = join(folder, 'models/lonely.onnx')
    const place = join(folder, 'models/gone.data')
    await expect(load(lonely)).rejects.toThrow(
      `${lonely}: its weights are in 'gone.data', and there is no such file (looked for ${place})`,
    )
  })
})

test.each(['/etc/passwd', '../elsewhere/model.onnx.data', '..\\x', 'file:///etc/passwd'])(
  'a path out of the model’s folder is refused with its byte: %s',
  async (location) => {
    const bytes = keptAt(location)
    const place = join(folder, 'models/hostile.onnx')
    writeFileSync(place, bytes)
    for (const [source, name] of [
      [bytes, 'the model'],
      [place, place],
    ] as const) {
      for (const opening of [load, open]) {
        const error = (await opening(source).catch((caught: unknown) => caught)) as ClassifierError
        expect(error).toBeInstanceOf(ClassifierError)
        expect(error.message).toMatch(/byte \d+: weights in .* outside the model’s folder; refused$/)
        expect(error.message.startsWith(`${name}: byte ${error.offset}`)).toBe(true)
        // The entry’s own length stands there, and behind it its key.
        expect(new TextDecoder().decode(bytes.subarray(error.offset! + 3, error.offset! + 11))).toBe('location')
      }
    }
  },
)

test('a graph within the graph hides no file', async () => {
  const model = read(keptAt('hidden.data'))
  const outer = read(onnxOf(corners))
  const branch = { ...model.graph, inputs: [], nodes: [], outputs: [] }
  const node = {
    opType: 'If',
    domain: '',
    name: 'branch',
    inputs: ['flag'],
    outputs: ['out'],
    attributes: { then_branch: { graph: branch }, else_branch: { graph: branch } },
  }
  const bytes = write({ ...outer, graph: { ...outer.graph, nodes: [...outer.graph.nodes, node] } })
  expect(describeFile(bytes).external).toEqual(['hidden.data'])
  await expect(load(bytes)).rejects.toThrow("its weights are in other files ('hidden.data')")
})

test('the word alone is no place: a class may have that name', async () => {
  const classifier = await load(onnxOf({ ...corners, classes: ['location', 'right', 'below'] }), { device: 'cpu' })
  expect(classifier.classes[0]).toBe('location')
  await classifier.close()
})
