import { fromSafetensors, ModelError, type Tensor, toSafetensors } from '@pixelrow/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const tensor: fc.Arbitrary<Tensor> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((dims) => {
  const length = dims.reduce((product, dim) => product * dim, 1)
  const finite = { minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true }
  return fc.float32Array(finite).map((data) => ({ dims, data }))
})
const weights = fc.dictionary(fc.string({ unit: 'grapheme' }), tensor, { maxKeys: 4 })
const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 3 })

/** A file out of a header, as text or as what it says, and data bytes. */
function file(header: unknown, data: number | Uint8Array = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const tail = typeof data === 'number' ? new Uint8Array(data) : data
  const bytes = new Uint8Array(8 + json.length + tail.length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 8)
  bytes.set(tail, 8 + json.length)
  return bytes
}

function bits(weights: Record<string, Tensor>) {
  return Object.entries(weights)
    .map(([name, { dims, data }]) => [name, dims, [...new Uint32Array(data.slice().buffer)]])
    .sort()
}

test('the bytes of a small file', () => {
  const bytes = toSafetensors(
    { b: { dims: [], data: Float32Array.of(-2) }, a: { dims: [2, 1], data: Float32Array.of(1, 0.5) } },
    { y: '2', x: 'é' },
  )
  const header =
    '{"__metadata__":{"x":"é","y":"2"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},' +
    '"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}'
  const length = Math.ceil((header.length + 1) / 8) * 8
  const expected = new Uint8Array(8 + length + 12).fill(0x20, 8)
  expected[0] = length
  expected.set(new TextEncoder().encode(header), 8)
  expected.set([0, 0, 128, 63, 0, 0, 0, 63, 0, 0, 0, 192], 8 + length)
  expect(bytes).toEqual(expected)
})

test('weights and metadata come back in every bit, whatever their order was', () => {
  fc.assert(
    fc.property(weights, metadata, (weights, metadata) => {
      const bytes = toSafetensors(weights, metadata)
      const back = fromSafetensors(bytes)
      expect(bits(back.weights)).toEqual(bits(weights))
      expect(back.metadata).toEqual({ ...metadata })
      const shuffled = Object.fromEntries(Object.entries(weights).reverse())
      expect(toSafetensors(shuffled, Object.fromEntries(Object.entries(metadata).reverse()))).toEqual(bytes)
    }),
    { numRuns: 100 },
  )
})

test('a view into a larger buffer reads the same, and the arrays are copies', () => {
  const bytes = toSafetensors({ a: { dims: [2], data: Float32Array.of(1, 2) } })
  const buffer = new Uint8Array(bytes.length + 6)
  buffer.set(bytes, 3)
  const view = buffer.subarray(3, 3 + bytes.length)
  const { weights, metadata } = fromSafetensors(view)
  const { weights: fromNode } = fromSafetensors(Buffer.from(buffer.buffer, view.byteOffset, view.byteLength))
  buffer.fill(0)
  expect(weights).toEqual({ a: { dims: [2], data: Float32Array.of(1, 2) } })
  expect(fromNode).toEqual(weights)
  expect(metadata).toEqual({})
})

const good = toSafetensors({
  a: { dims: [2], data: Float32Array.of(1, 2) },
  b: { dims: [1], data: Float32Array.of(3) },
})

test('a file cut anywhere, or longer than it says, is refused', () => {
  for (let end = 0; end < good.length; end++) expect(() => fromSafetensors(good.subarray(0, end))).toThrow(ModelError)
  expect(() => fromSafetensors(Uint8Array.of(...good, 0))).toThrow(/has 1 bytes that belong to no tensor/)
})

test('any changed byte gives a reading or a refusal, never another error', () => {
  for (let at = 0; at < good.length; at++) {
    for (const value of [0, 0x22, 0x39, 0x7d, 0xff]) {
      const bytes = good.slice()
      bytes[at] = value
      try {
        fromSafetensors(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError)
      }
    }
  }
})

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

test.each<[string, Uint8Array, RegExp]>([
  ['too short', new Uint8Array(7), /has 7 bytes; expected at least 8/],
  ['a huge header', new Uint8Array(16).fill(0xff), /announces a header of 18446744073709551615 bytes/],
  ['a header beyond the end', new Uint8Array(16).fill(9, 0, 1), /is cut: its header ends at byte 17, the file at 16/],
  ['a list for a header', file([]), /does not begin with \{/],
  ['a name that is there twice', file('{"a":1,"a":1}'), /has a header in which a name is there twice/],
  ['a field that is there twice', file('{"a":{"shape":[1],"shape":[]}}'), /a name is there twice/],
  ['the same name in two spellings', file('{"a":1,"\\u0061":1}'), /a name is there twice/],
  ['no JSON', file('{"a"'), /header that is not JSON/],
  ['no UTF-8', file('{"\u0000":0}').map((byte) => (byte === 0 ? byte : byte === 0x30 ? 0xff : byte)), /not JSON/],
  ['a hole', file({ a: entry(0, 4), b: entry(8, 12) }, 12), /has "b" at byte 8 of its data; expected 4/],
  ['an overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), /has "b" at byte 4 of its data; expected 8/],
  ['a late start', file({ a: entry(4, 8) }, 8), /has "a" at byte 4 of its data; expected 0/],
  ['cut data', file({ a: entry(0, 8) }, 7), /asks for 8 bytes of data, found 7/],
  ['shape against bytes', file({ a: entry(0, 8, [3]) }, 8), /the bytes 0..8; its shape \[3\] takes 12 bytes/],
  ['backward offsets', file({ a: entry(8, 0, [0]) }, 8), /the bytes 8..0/],
  ['a negative size', file({ a: entry(0, 4, [-1, -1]) }, 4), /shape is \[-1,-1\]; expected whole numbers/],
  ['an overflowing shape', file({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), /takes .*e\+24 bytes/],
  ['three offsets', file({ a: { ...entry(0, 4), data_offsets: [0, 4, 4] } }, 4), /gives "a" no \[begin, end\] offsets/],
  ['another type', file({ a: { ...entry(0, 4), dtype: 'F16' } }, 4), /holds "a" as "F16"; only F32/],
  ['an unknown field', file({ a: { ...entry(0, 4), x: 1 } }, 4), /"a" has a field "x"/],
  ['metadata that is no text', file({ __metadata__: { a: 1 } }), /has the metadata "a": 1; expected a text/],
  ['metadata that is a list', file({ __metadata__: ['a'] }), /__metadata__ is \["a"\]; expected an object/],
])('refused: %s', (_, bytes, message) => {
  expect(() => fromSafetensors(bytes)).toThrow(ModelError)
  expect(() => fromSafetensors(bytes)).toThrow(message)
})

test('a tensor whose shape and values disagree, or with the format’s own name, is not written', () => {
  expect(() => toSafetensors({ a: { dims: [2], data: new Float32Array(3) } })).toThrow(/a is 2 but holds 3 values/)
  expect(() => toSafetensors({ __metadata__: { dims: [0], data: new Float32Array(0) } })).toThrow(/cannot be called/)
})

test.each([NaN, Infinity, -Infinity])('%d is not written, and the tensor is named', (value) => {
  const weights = { a: { dims: [1], data: Float32Array.of(1) }, b: { dims: [2], data: Float32Array.of(0, value) } }
  expect(() => toSafetensors(weights)).toThrow(
    expect.objectContaining({
      code: 'MODEL_WEIGHTS_NOT_FINITE',
      params: { name: 'b', index: 1, found: String(value) },
      message: `The tensors’ b holds ${value} at 1; expected finite numbers. Did the training diverge? Train again with a lower learning rate.`,
    }),
  )
  // What somebody else wrote is read as it is.
  const bytes = toSafetensors({ a: { dims: [1], data: Float32Array.of(0) } })
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, value, true)
  expect(fromSafetensors(bytes).weights.a!.data[0]).toBe(value)
})

test('what is not made of float32 arrays, or not of bytes, is refused', () => {
  const numbers: { dims: number[]; data: Float32Array } = JSON.parse('{ "dims": [1], "data": [0] }')
  expect(() => toSafetensors({ a: numbers })).toThrow('The tensor a is not a Float32Array.')
  expect(() => fromSafetensors(JSON.parse('[1, 2]'))).toThrow('A safetensors file is a Uint8Array; found [1,2].')
})

test('__proto__ is a name like any other', () => {
  const weights = Object.fromEntries([['__proto__', { dims: [1], data: Float32Array.of(4) }]])
  const back = fromSafetensors(toSafetensors(weights, Object.fromEntries([['__proto__', 'x']])))
  expect(Object.entries(back.weights)).toEqual(Object.entries(weights))
  expect(Object.entries(back.metadata)).toEqual([['__proto__', 'x']])
})
