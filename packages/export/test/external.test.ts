import {
  describe,
  fromOnnx,
  optimize,
  reducePrecision,
  toFloat16,
  toInt8,
  toOnnx,
  toSingleFile,
  verify,
} from '@pixelrow/export'
import { mlp } from '@pixelrow/model'
import { type Model, OnnxError, read, write } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { modelOf, pixelsFor } from './models.ts'
import { run } from './runtime.ts'

const source = {
  shape: { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const },
  maxValue: 16,
  classes: ['a', 'b', 'c'],
}
const model = modelOf(mlp(source, { hidden: [5] }))
const whole = toOnnx(model)
const name = 'model.onnx.data'

/** A file as PyTorch's exporter writes it: its weights one behind the other in a file beside it. */
function apart(bytes: Uint8Array, change: (entry: { key: string; value: string }) => string = ({ value }) => value) {
  const file = read(bytes)
  const parts: Uint8Array[] = []
  let offset = 0
  const initializers = file.graph.initializers.map(({ data, dims, dataType, name: own }) => {
    const { buffer, byteOffset, byteLength } = data as Float32Array
    parts.push(new Uint8Array(buffer, byteOffset, byteLength))
    const places = { location: name, offset: String(offset), length: String(byteLength) }
    const external_data = Object.entries(places).map(([key, value]) => ({ key, value: change({ key, value }) }))
    offset += byteLength
    const empty = data.slice(0, 0) as typeof data
    return { name: own!, dataType, dims, data: empty, extra: { external_data, data_location: 1 } }
  })
  const beside = Uint8Array.from(parts.flatMap((part) => [...part]))
  return { bytes: write({ ...file, graph: { ...file.graph, initializers } } satisfies Model), beside }
}

const { bytes, beside } = apart(whole)
const pixels = pixelsFor(model, 8)
const rows = { pixels }

test('the weights beside a model go into it, and it is the file that it was', async () => {
  const asked: string[] = []
  const joined = await toSingleFile(bytes, {
    read: async (file) => {
      asked.push(file)
      return beside
    },
  })
  expect(asked).toEqual([name])
  expect(joined).toEqual(whole)
  expect(describe(joined).external).toEqual([])
  expect(await toSingleFile(whole, { read: () => expect.fail('nothing is beside it') })).toBe(whole)
})

test('in float16 and int8, by way of one file, weights are smaller and answers are there', async () => {
  const joined = await toSingleFile(bytes, { read: () => beside })
  expect(describe(toFloat16(joined)).weights).toEqual(describe(toFloat16(whole)).weights)
  expect(await toInt8(joined, rows, { run })).toEqual(await toInt8(whole, rows, { run }))
})

const probabilities = new Float32Array(24)
test.each<[string, () => unknown]>([
  ['toFloat16', () => toFloat16(bytes)],
  ['toInt8', () => toInt8(bytes, rows, { run })],
  ['optimize', () => optimize(bytes)],
  ['fromOnnx', () => fromOnnx(bytes)],
  ['verify', () => verify(bytes, { pixels, probabilities }, { run })],
  ['reducePrecision', () => reducePrecision(bytes, { precision: 'float16', rows, run })],
])('%s refuses a file whose weights are in another one, by that one’s name', async (_, call) => {
  await expect((async () => call())()).rejects.toMatchObject({
    code: 'EXPORT_WEIGHTS_EXTERNAL',
    params: { files: [name] },
    message: expect.stringContaining(
      'weights are in other files (model.onnx.data). Put them into it first, with toSingleFile',
    ),
  })
})

test('describe tells where the weights are', () => {
  expect(describe(bytes)).toMatchObject({ external: [name], weights: {}, parameters: 104 })
})

test.each<[string, string, string, RegExp]>([
  ['a place behind its end', 'offset', '400', /at bytes 400 to \d+; the file has 416/],
  ['another length than the shape says', 'length', '3', /3 bytes of it; its shape takes \d+/],
  ['a place that is no number', 'offset', 'x', /at bytes NaN to NaN/],
])('%s is refused', async (_, key, value, message) => {
  const wrong = apart(whole, (entry) => (entry.key === key ? value : entry.value))
  const joined = toSingleFile(wrong.bytes, { read: () => beside })
  await expect(joined).rejects.toThrow(message)
  await expect(joined).rejects.toThrow(OnnxError)
})

test('weights that no single file can hold are refused before anything is read', async () => {
  const huge = read(bytes)
  huge.graph.initializers[0] = { ...huge.graph.initializers[0]!, dims: [2 ** 30] }
  const joined = toSingleFile(write(huge), { read: () => expect.fail('nothing must be read') })
  await expect(joined).rejects.toThrow(/4\.3 GB of model and weights; one ONNX file ends at 2 GiB/)
  await expect(joined).rejects.toMatchObject({ code: 'EXPORT_TOO_LARGE' })
})
