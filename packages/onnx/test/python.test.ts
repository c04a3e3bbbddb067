import { check, inferShapes, read, type Tensor, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'
import { describe, expect, test } from 'vitest'
import { fixture } from './support.ts'

describe.each(['mlp', 'raw', 'typed', 'types', 'control', 'extras'])("Python's %s.onnx", (name) => {
  test('comes back byte for byte', () => {
    expect(write(read(fixture(name)))).toEqual(fixture(name))
  })

  test('is well formed, and its shapes agree', () => {
    const model = read(fixture(name))
    check(model)
    expect(inferShapes(model).graph.outputs).toEqual(model.graph.outputs)
  })
})

test('a small classifier reads as plain data', () => {
  const { graph, metadata, opsets, irVersion, producerName } = read(fixture('mlp'))
  expect({ opsets, irVersion, producerName }).toEqual({ opsets: { '': 17 }, irVersion: 8, producerName: 'fixture' })
  expect(metadata).toEqual({ classes: '["a","b","c"]', note: 'für dich' })
  expect(readMetadata(fixture('mlp'))).toEqual(metadata)
  expect(graph.inputs).toEqual([{ name: 'x', type: { dataType: 'float32', dims: ['N', 4] } }])
  expect(graph.nodes[0]).toEqual({
    opType: 'Gemm',
    domain: '',
    name: 'dense',
    inputs: ['x', 'w1', 'b1'],
    outputs: ['h'],
    attributes: { alpha: { float: 1 }, transB: { int: 0 } },
  })
  expect(graph.initializers[1]).toEqual({
    name: 'b1',
    dataType: 'float32',
    dims: [3],
    data: Float32Array.of(0.5, 0, -0.5),
  })
})

const elements: Tensor['data'][] = [
  Float32Array.of(1, 0, 1),
  Uint8Array.of(1, 0, 1),
  Int8Array.of(1, 0, 1),
  Uint16Array.of(1, 0, 1),
  Int16Array.of(1, 0, 1),
  Int32Array.of(1, 0, 1),
  BigInt64Array.of(1n, 0n, 1n),
  Uint8Array.of(1, 0, 1),
  Uint16Array.of(0x3c00, 0, 0x3c00),
  Float64Array.of(1, 0, 1),
  Uint32Array.of(1, 0, 1),
  BigUint64Array.of(1n, 0n, 1n),
  Float32Array.of(1, 0, 0, 0, 1, 0),
  Float64Array.of(1, 0, 0, 0, 1, 0),
  Uint16Array.of(0x3f80, 0, 0x3f80),
  Uint8Array.of(0x38, 0, 0x38),
  Uint8Array.of(0x40, 0, 0x40),
  Uint8Array.of(0x3c, 0, 0x3c),
  Uint8Array.of(0x40, 0, 0x40),
  Uint8Array.of(0x01, 0x01),
  Uint8Array.of(0x01, 0x01),
  Uint8Array.of(0x02, 0x02),
  ['one', 'zwölf'],
  new Float32Array(0),
  BigInt64Array.of(-(2n ** 62n)),
]

test.each(['raw', 'typed'])('every element type has the same data in %s fields', (name) => {
  const { initializers } = read(fixture(name)).graph
  expect(initializers.map(({ data }) => data)).toEqual(elements)
  expect(
    initializers
      .map(({ dataType }) => dataType)
      .slice(0, 8)
      .join(),
  ).toBe('float32,uint8,int8,uint16,int16,int32,int64,bool')
  expect(initializers.filter(({ typed }) => typed)).toHaveLength(name === 'raw' ? 2 : 24)
})

test('sizes without a name, ranks that are not known and types that are no tensors', () => {
  const types = Object.fromEntries(read(fixture('types')).graph.inputs.map(({ name, type }) => [name, type]))
  expect(types.tensor).toEqual({ dataType: 'float32', dims: ['N', '', 3] })
  expect(types.rankless).toEqual({ dataType: 'float32' })
  expect(types.scalar).toEqual({ dataType: 'int64', dims: [] })
  expect(types.denoted).toMatchObject({ dataType: 'float32', dims: ['N', 28], extra: { denotation: 'IMAGE' } })
  for (const kind of ['sequence', 'map', 'optional', 'sparse', 'opaque']) {
    expect(types[kind]).toMatchObject({ dataType: 'undefined', extra: expect.anything() })
  }
  expect(types.opaque?.extra).toEqual({ opaque_type: { domain: 'somewhere', name: 'Thing' } })
})

test('what the types do not model is in extra', () => {
  const { extra, graph, metadata } = read(fixture('extras'))
  expect(Object.keys(extra!).sort()).toEqual([
    'configuration',
    'doc_string',
    'domain',
    'functions',
    'metadata_props',
    'model_version',
    'training_info',
    'unknown',
  ])
  expect(Object.entries(metadata!)).toEqual([
    ['2', 'two'],
    ['10', 'ten again'],
    ['__proto__', 'own'],
  ])
  expect(graph.extra).toMatchObject({ doc_string: 'a graph', sparse_initializer: [{ dims: [10] }] })
  expect(graph.nodes[0]!.extra).toEqual({
    doc_string: 'calls a function',
    overload: 'v',
    metadata_props: [{ key: 'source', value: 'line 1' }],
  })
  expect(graph.nodes[1]!.attributes).toMatchObject({
    bytes: { string: '\ufffd\ufffd\0', extra: { s: Uint8Array.of(0xff, 0xfe, 0) } },
    noted: { int: -3, extra: { doc_string: 'three below' } },
    nothing: { ints: [] },
    huge: { int: -(2n ** 63n) },
    sparse: { other: { type: 11 } },
  })
  expect(graph.initializers[0]).toMatchObject({ data: new Float32Array(0), extra: { data_location: 1 } })
})

test('a change to a value takes the place of the bytes kept for it', () => {
  const model = read(fixture('types'))
  model.graph.inputs[8]!.type = { ...model.graph.inputs[8]!.type, dims: ['N', 32] }
  expect(read(write(model)).graph.inputs[8]!.type).toEqual({ dataType: 'float32', dims: ['N', 32] })
})
