import { OnnxError, read, write } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, field, fixture, graphOf, modelOf, nodeOf } from './support.ts'

/** ModelProto with this inside its graph. */
const inGraph = (...content: (Uint8Array | number[])[]): Uint8Array => concat(field(7, concat(...content)))
const graphNamed = inGraph(field(2, 'g'))

function offsetOf(bytes: Uint8Array): number | undefined {
  try {
    read(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(OnnxError)
    return (error as OnnxError).offset
  }
  return expect.fail('read did not throw')
}

test('golden bytes of a small model', () => {
  const graph = graphOf({
    nodes: [nodeOf('Neg', ['x'], ['y'], { attributes: { k: { int: -1 }, f: { float: 1 }, l: { ints: [1, 300] } } })],
    inputs: [{ name: 'x', type: { dataType: 'float32', dims: ['N', 2] } }],
    initializers: [{ name: 'c', dataType: 'int64', dims: [1], data: BigInt64Array.of(-2n) }],
  })
  const bytes = write({ irVersion: 8, opsets: { '': 17 }, graph, metadata: { a: 'b' } })
  const node = concat(
    field(1, 'x'),
    field(2, 'y'),
    field(4, 'Neg'),
    field(5, concat(field(1, 'k'), [0x18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], [0xa0, 0x01, 2])),
    field(5, concat(field(1, 'f'), [0x15, 0, 0, 0x80, 0x3f], [0xa0, 0x01, 1])),
    field(5, concat(field(1, 'l'), [0x40, 1, 0x40, 0xac, 2], [0xa0, 0x01, 7])),
  )
  const tensor = concat([0x08, 1, 0x10, 7], field(8, 'c'), field(9, [254, 255, 255, 255, 255, 255, 255, 255]))
  const shape = concat(field(1, field(2, 'N')), field(1, [0x08, 2]))
  const input = concat(field(1, 'x'), field(2, field(1, concat([0x08, 1], field(2, shape)))))
  expect(bytes).toEqual(
    concat(
      [0x08, 8],
      field(7, concat(field(1, node), field(2, 'g'), field(5, tensor), field(11, input))),
      field(8, [0x0a, 0, 0x10, 17]),
      field(14, concat(field(1, 'a'), field(2, 'b'))),
    ),
  )
})

test('lists of numbers are read packed and one by one, also mixed', () => {
  const packed = concat(field(1, 'l'), field(8, [1, 0xac, 2]), [0x40, 3], [0xa0, 0x01, 7])
  const { nodes } = read(inGraph(field(1, field(5, packed)))).graph
  expect(nodes[0]!.attributes.l).toEqual({ ints: [1, 300, 3] })
  const floats = concat([0x08, 2, 0x10, 1], [0x25, 0, 0, 0x80, 0x3f], field(4, [0, 0, 0, 0x40]))
  expect(read(inGraph(field(5, floats))).graph.initializers[0]!.data).toEqual(Float32Array.of(1, 2))
})

test('a message that comes in two pieces is one message', () => {
  const bytes = concat(inGraph(field(2, 'first')), inGraph(field(10, 'doc'), field(2, 'second')))
  expect(read(bytes).graph).toEqual(graphOf({ name: 'second', extra: { doc_string: 'doc' } }))
})

test('numbers in more bytes than they need are read', () => {
  expect(read(concat([0x08, 0x88, 0x80, 0x80, 0], graphNamed)).irVersion).toBe(8)
})

test('an attribute without its type, as files before IR version 2 have them, is told by its field', () => {
  const { nodes } = read(inGraph(field(1, field(5, concat(field(1, 'axis'), [0x18, 3]))))).graph
  expect(nodes[0]!.attributes).toEqual({ axis: { int: 3 } })
})

test('fields that onnx.proto does not have stay where they were', () => {
  const more = [0xa0, 0x06, 0x07, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xad, 0x06, 1, 2, 3, 4]
  const group = [0xb3, 0x06, 0xbb, 0x06, 0xbc, 0x06, 0xb4, 0x06]
  const bytes = inGraph(field(1, concat(field(4, 'Op'), more)), field(2, 'g'), group)
  const model = read(bytes)
  expect(model.graph.extra).toEqual({ unknown: Uint8Array.from(group) })
  expect(model.graph.nodes[0]!.extra).toEqual({ unknown: Uint8Array.from(more) })
  expect(write(model)).toEqual(bytes)
})

test('an element type from the future keeps its number and bytes', () => {
  const tensor = concat([0x08, 3, 0x10, 99], field(8, 'c'), field(9, [1, 2, 3]))
  const bytes = inGraph(field(2, 'g'), field(5, tensor))
  const model = read(bytes)
  expect(model.graph.initializers[0]).toMatchObject({ dataType: 'undefined', data: Uint8Array.of(1, 2, 3) })
  expect(write(model)).toEqual(bytes)
})

test.each<[string, Uint8Array, number, RegExp]>([
  ['no graph', new Uint8Array(), Number.NaN, /no graph/],
  ['a cut number', Uint8Array.of(0x08, 0x80), 1, /cut/],
  ['a number of eleven bytes', concat([0x08], new Array(11).fill(0x80)), 1, /longer than ten/],
  ['a length beyond the file', Uint8Array.of(0x3a, 5, 1), 1, /length of 5 bytes where 1/],
  ['a length beyond its message', inGraph([0x12, 9]), 3, /length of 9 bytes where 0/],
  ['a length of 2^63', concat([0x3a], new Array(9).fill(0xff), [0x7f]), 1, /length/],
  ['another wire type', Uint8Array.of(0x38, 1), 1, /ModelProto.graph has wire type 0, expected 2/],
  ['a wire type that is none', Uint8Array.of(0x0f), 1, /wire type 7|expected 0/],
  ['an unknown field of wire type 6', Uint8Array.of(0xa6, 0x06), 2, /wire type 6/],
  ['a group end alone', Uint8Array.of(0xa4, 0x06), 2, /wire type 4/],
  ['field 0', Uint8Array.of(0x00), 0, /no field/],
  ['a tag beyond 32 bits', concat(new Array(5).fill(0xff), [1]), 0, /no field/],
  ['a float cut in its list', inGraph(field(5, field(4, [0, 0, 0]))), 6, /4 bytes expected, 3 left/],
  ['text that is no UTF-8', inGraph(field(2, [0xff])), 4, /GraphProto.name is not UTF-8/],
  ['a zip file', new TextEncoder().encode('PK\x03\x04 and more'), Number.NaN, /./],
])('refuses %s', (_, bytes, offset, message) => {
  expect(() => read(bytes)).toThrow(message)
  const found = offsetOf(bytes)
  if (!Number.isNaN(offset)) expect(found).toBe(offset)
})

test('nesting ends at 100 messages, for fields that are known and for groups', () => {
  // GraphProto > NodeProto > AttributeProto > GraphProto …
  const nest = (depth: number): Uint8Array => {
    let bytes = field(2, 'g')
    for (let level = 0; level < depth; level++)
      bytes = field(1, field(5, concat(field(1, 'a'), field(6, bytes), [0xa0, 1, 5])))
    return inGraph(bytes, field(2, 'g'))
  }
  expect(write(read(nest(32)))).toEqual(nest(32))
  expect(() => read(nest(33))).toThrow(/deeper than 100/)
  const groups = new Array(100_000).fill([0xa3, 0x06]).flat()
  expect(() => read(Uint8Array.from(groups))).toThrow(/deeper than 100/)
})

test('every piece from the start of a file is refused or a model, and nothing but OnnxError is thrown', () => {
  for (const name of ['mlp', 'typed', 'raw', 'types', 'control', 'extras']) {
    const bytes = fixture(name)
    for (let length = 0; length < bytes.length; length++) {
      try {
        read(bytes.subarray(0, length))
      } catch (error) {
        expect(error).toBeInstanceOf(OnnxError)
      }
    }
  }
})

test('damaged files give a model that can be written, or OnnxError', () => {
  const files = ['mlp', 'typed', 'types', 'control', 'extras'].map(fixture)
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(...files), damage, (file, changes) => {
      const bytes = file.slice()
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      try {
        const model = read(bytes)
        expect(read(write(model))).toEqual(model)
      } catch (error) {
        expect(error).toBeInstanceOf(OnnxError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a packed list without elements is no list', () => {
  // In the attribute transB of the first node: the tag of `i` (24) becomes that of an empty packed `floats` (58, 0).
  const bytes = fixture('mlp')
  const at = bytes.findIndex((byte, i) => byte === 24 && bytes[i + 1] === 0)
  bytes[at] = 58
  const model = read(bytes)
  expect(model.graph.nodes[0]!.attributes.transB).toEqual({ int: 0 })
  expect(read(write(model))).toEqual(model)
})

test('a message in very many pieces takes time by its bytes, not by their square', { timeout: 10_000 }, () => {
  const piece = inGraph([0xa0, 0x06, 0x07])
  const bytes = new Uint8Array(piece.length * 400_000)
  for (let at = 0; at < bytes.length; at += piece.length) bytes.set(piece, at)
  expect(read(bytes).graph.extra?.unknown).toHaveLength(3 * 400_000)
})

test('a tensor that claims more than there is allocates nothing', () => {
  const dims = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
  const { initializers } = read(inGraph(field(5, concat(dims, dims.slice(), [0x10, 1], field(9, []))))).graph
  expect(initializers[0]!.data).toHaveLength(0)
  expect(() => read(inGraph(field(5, concat([0x10, 1], field(9, [1, 2, 3])))))).toThrow(/3 bytes of raw_data/)
})

test.each<[string, () => unknown, RegExp]>([
  ['half a surrogate pair', () => modelOf(graphOf({ name: '\ud800' })), /GraphProto.name: half a surrogate/],
  [
    'a fraction',
    () => modelOf(graphOf(), { irVersion: 1.5 }),
    /ir_version: expected an integer of int64, found number 1.5/,
  ],
  [
    '2^64',
    () => modelOf(graphOf({ nodes: [nodeOf('A', [], [], { attributes: { a: { int: 2n ** 64n } } })] })),
    /int64/,
  ],
  [
    'data of another type',
    () => modelOf(graphOf({ initializers: [{ name: 'w', dataType: 'int64', dims: [1], data: Float32Array.of(1) }] })),
    /tensor "w": int64 data is kept in BigInt64Array, found Float32Array/,
  ],
  [
    'an attribute without a tag',
    () => modelOf(graphOf({ nodes: [nodeOf('A', [], ['y'], { attributes: { a: {} as { int: 1 } } })] })),
    /attribute "a" is tagged nothing/,
  ],
  ['a field that is none', () => modelOf(graphOf({ extra: { nonsense: 1 } })), /GraphProto has no field "nonsense"/],
])('does not write %s', (_, model, message) => {
  expect(() => write(model() as ReturnType<typeof modelOf>)).toThrow(message)
})
