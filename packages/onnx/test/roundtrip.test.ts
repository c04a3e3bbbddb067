import {
  type Attribute,
  type DataType,
  type Dim,
  type Graph,
  type Model,
  type Node,
  read,
  type Tensor,
  type TensorData,
  type ValueInfo,
  write,
} from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf, modelOf } from './support.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const name = fc.string({ minLength: 1, maxLength: 6 })
const safeInteger = fc.maxSafeInteger().map((value) => value || 0)
const integer = fc.oneof(
  safeInteger,
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
)
const single = fc.float()
const dim = fc.oneof(fc.nat(), fc.constantFrom<Dim>('N', 'batch*2', '', -1))

const arrays: [DataType, fc.Arbitrary<TensorData>][] = [
  ['float32', fc.float32Array({ maxLength: 9 })],
  ['float64', fc.float64Array({ maxLength: 9 })],
  ['uint8', fc.uint8Array({ maxLength: 9 })],
  ['int8', fc.int8Array({ maxLength: 9 })],
  ['uint16', fc.uint16Array({ maxLength: 9 })],
  ['int16', fc.int16Array({ maxLength: 9 })],
  ['int32', fc.int32Array({ maxLength: 9 })],
  ['uint32', fc.uint32Array({ maxLength: 9 })],
  ['int64', fc.bigInt64Array({ maxLength: 9 })],
  ['uint64', fc.bigUint64Array({ maxLength: 9 })],
  ['float16', fc.uint16Array({ maxLength: 9 })],
  ['bfloat16', fc.uint16Array({ maxLength: 9 })],
  ['bool', fc.uint8Array({ max: 1, maxLength: 9 })],
  ['float8e5m2', fc.uint8Array({ maxLength: 9 })],
  ['string', fc.array(text, { maxLength: 5 })],
]

const tensor = fc
  .oneof(...arrays.map(([dataType, data]) => fc.record({ dataType: fc.constant(dataType), data })))
  .chain(({ dataType, data }) =>
    fc.record(
      {
        dataType: fc.constant(dataType),
        data: fc.constant(data),
        dims: fc.constantFrom([data.length], [1, data.length], [data.length, 1]),
        name,
        ...(dataType === 'string' ? {} : { typed: fc.constant(true) }),
      },
      { requiredKeys: ['dataType', 'data', 'dims'] },
    ),
  ) as fc.Arbitrary<Tensor>

const info: fc.Arbitrary<ValueInfo> = fc.record({
  name,
  type: fc.oneof(
    fc.record(
      {
        dataType: fc.constantFrom<DataType>('float32', 'int64', 'string', 'int4'),
        dims: fc.array(dim, { maxLength: 4 }),
      },
      { requiredKeys: ['dataType'] },
    ),
    fc.constant({ dataType: 'undefined' as const }),
  ),
})

const { graph } = fc.letrec<{ attribute: Attribute; node: Node; graph: Graph }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ int: integer }),
    fc.record({ ints: fc.array(integer, { maxLength: 4 }) }),
    fc.record({ float: single }),
    fc.record({ floats: fc.array(single, { maxLength: 4 }) }),
    fc.record({ string: text }),
    fc.record({ strings: fc.array(text, { maxLength: 3 }) }),
    fc.record({ tensor }),
    fc.record({ tensors: fc.array(tensor, { maxLength: 2 }) }),
    fc.record({ graph: tie('graph') }),
    fc.record({ graphs: fc.array(tie('graph'), { maxLength: 2 }) }),
    fc.record({ int: safeInteger, extra: fc.record({ doc_string: text }) }),
  ),
  node: fc.record(
    {
      opType: text,
      domain: text,
      name: text,
      inputs: fc.array(text, { maxLength: 3 }),
      outputs: fc.array(text, { maxLength: 3 }),
      attributes: fc.dictionary(name, tie('attribute'), { maxKeys: 3, noNullPrototype: true }),
      extra: fc.record({ doc_string: text, overload: text }),
    },
    { requiredKeys: ['opType', 'domain', 'name', 'inputs', 'outputs', 'attributes'] },
  ),
  graph: fc.record(
    {
      name: text,
      nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'node' }),
      inputs: fc.array(info, { maxLength: 3 }),
      outputs: fc.array(info, { maxLength: 3 }),
      initializers: fc.array(tensor, { maxLength: 3 }),
      values: fc.array(info, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['name', 'nodes', 'inputs', 'outputs', 'initializers'] },
  ) as fc.Arbitrary<Graph>,
}))

const model: fc.Arbitrary<Model> = fc.record(
  {
    irVersion: fc.nat(),
    opsets: fc.dictionary(text, fc.nat(), { maxKeys: 3, noNullPrototype: true }),
    graph,
    producerName: text,
    producerVersion: text,
    metadata: fc.dictionary(text, text, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    extra: fc.record({ model_version: safeInteger, unknown: fc.constant(Uint8Array.of(0xa0, 0x06, 0x07)) }),
  },
  { requiredKeys: ['irVersion', 'opsets', 'graph'] },
)

test('a model written and read is the same model, and the same bytes when written again', () => {
  fc.assert(
    fc.property(model, (before) => {
      const bytes = write(before)
      const after = read(bytes)
      expect(after).toEqual(before)
      expect(write(after)).toEqual(bytes)
    }),
    { numRuns: 300 },
  )
})

test('readMetadata gives what read gives', () => {
  fc.assert(
    fc.property(model, (model) => {
      const bytes = write(model)
      expect(readMetadata(bytes)).toEqual(read(bytes).metadata ?? {})
    }),
    { numRuns: 100 },
  )
})

test('a key called __proto__ is an ordinary key', () => {
  const metadata = Object.fromEntries([['__proto__', 'own']])
  const after = read(write(modelOf(graphOf(), { metadata })))
  expect(Object.entries(after.metadata!)).toEqual([['__proto__', 'own']])
  expect(Object.entries(readMetadata(write(after)))).toEqual([['__proto__', 'own']])
})

test('tensors are views of the file where they are aligned, and right where they are not', () => {
  const initializers: Tensor[] = [{ name: 'w', dataType: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) }]
  const bytes = write(modelOf(graphOf({ initializers })))
  const views = [0, 1, 2, 3].map((shift) => {
    const buffer = new Uint8Array(bytes.length + 8)
    buffer.set(bytes, shift)
    const { data } = read(buffer.subarray(shift, shift + bytes.length)).graph.initializers[0]!
    expect(data).toEqual(Float32Array.of(1, 2, 3))
    return (data as Float32Array).buffer === buffer.buffer
  })
  expect(views.filter(Boolean)).toHaveLength(1)
})

test('a Buffer reads as its bytes', () => {
  const model = modelOf(graphOf({ name: 'buffered' }), { metadata: { a: 'b' } })
  const bytes = Buffer.concat([Buffer.from('xx'), write(model)])
  expect(read(bytes.subarray(2))).toEqual(model)
})

test('what a change contradicts is not written from extra', () => {
  const before = modelOf(graphOf(), {
    extra: {
      metadata_props: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    },
  })
  const doubled = read(write({ ...before, metadata: { a: '2' } }))
  expect(doubled.extra).toEqual(before.extra)
  expect(read(write({ ...doubled, metadata: { a: '3' } }))).toEqual(modelOf(graphOf(), { metadata: { a: '3' } }))
})

test('models of every size around the writer’s growing buffer', () => {
  for (const size of [...Array.from({ length: 140 }, (_, index) => 930 + index), 2040, 2050, 5000, 1_000_000]) {
    const data = Uint8Array.from({ length: size }, (_, index) => index)
    const graph = graphOf({ initializers: [{ name: 'w', dataType: 'uint8', dims: [size], data }] })
    expect(read(write(modelOf(graph))).graph.initializers[0]!.data).toEqual(data)
  }
})
