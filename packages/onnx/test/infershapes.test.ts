import { type DataType, type Dim, float32, type Graph, inferShapes, int64, type ValueInfo } from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { graphOf, modelOf, nodeOf } from './support.ts'

const info = (name: string, ...dims: (number | string)[]): ValueInfo => ({ name, type: { dataType: 'float32', dims } })
const untyped = (name: string): ValueInfo => ({ name, type: { dataType: 'undefined' } })

test('values and outputs get the types that the operators give; what is stated is kept where it says more', () => {
  const graph = graphOf({
    nodes: [
      nodeOf('MatMul', ['x', 'w'], ['h']),
      nodeOf('Relu', ['h'], ['a']),
      nodeOf('Reshape', ['a', 's'], ['r']),
      nodeOf('Neg', ['r'], ['y']),
    ],
    inputs: [info('x', 'N', 4)],
    outputs: [untyped('y')],
    initializers: [
      { ...float32(new Float32Array(12), [4, 3]), name: 'w' },
      { ...int64([-1, 1, 3]), name: 's' },
    ],
    values: [info('a', 'batch', 3)],
  })
  const typed = inferShapes(graph)
  expect(typed.values).toEqual([info('a', 'batch', 3), info('h', 'N', 3), info('r', 'batch', 1, 3)])
  expect(typed.outputs).toEqual([info('y', 'batch', 1, 3)])
  expect(inferShapes(modelOf(graph)).graph).toEqual(typed)
  expect(graph.outputs).toEqual([untyped('y')])
  expect(inferShapes(typed)).toEqual(typed)
})

test('an operator without a rule stops what follows, unless its output is stated', () => {
  const nodes = [nodeOf('Unknown', ['x'], ['u'], { domain: 'mine' }), nodeOf('Neg', ['u'], ['y'])]
  const graph = graphOf({ nodes, inputs: [info('x', 2)], outputs: [untyped('y')] })
  expect(inferShapes(graph)).toEqual(graph)
  expect(inferShapes({ ...graph, values: [info('u', 5)] }).outputs).toEqual([info('y', 5)])
  expect(inferShapes(graph, { infer: { 'mine:Unknown': () => [{ dataType: 'float32', dims: [6] }] } }).outputs).toEqual(
    [info('y', 6)],
  )
})

const typed = (name: string, dataType: DataType, dims?: readonly Dim[]): ValueInfo => ({
  name,
  type: { dataType, ...(dims && { dims }) },
})

test('a value whose rank is not known keeps its element type, and what depends on it has one', () => {
  const graph = graphOf({
    nodes: [
      nodeOf('Reshape', ['x', 'shape'], ['r']),
      nodeOf('Unsqueeze', ['r', 'axes'], ['u']),
      nodeOf('Conv', ['u', 'u'], ['c']),
      nodeOf('Greater', ['c', 'x'], ['g']),
      nodeOf('Cast', ['g'], ['l'], { attributes: { to: { int: 7 } } }),
      nodeOf('ArgMax', ['c'], ['a']),
      nodeOf('LSTM', ['r', 'r', 'r'], ['h', '', 'state']),
      nodeOf('DynamicQuantizeLinear', ['u'], ['q', 's', 'z']),
    ],
    inputs: [info('x', 'N', 4), typed('shape', 'int64', [''])],
    outputs: [typed('r', 'float32'), untyped('state')],
    initializers: [{ ...int64([0]), name: 'axes' }],
  })
  const { values = [], outputs } = inferShapes(graph)
  expect(outputs).toEqual([typed('r', 'float32'), typed('state', 'float32')])
  const types = values.map(({ name, type }) => `${name} ${type.dataType}${type.dims ? ` [${type.dims}]` : ''}`)
  expect(types).toEqual([
    ...['u float32', 'c float32', 'g bool', 'l int64', 'a int64', 'h float32'],
    ...['q uint8', 's float32 []', 'z uint8 []'],
  ])
})

test('sizes that are known stay where only what says how much to move is not', () => {
  const nodes = [
    nodeOf('Pad', ['x', 'p'], ['padded']),
    nodeOf('Slice', ['padded', 'p', 'p', 'axes'], ['cut']),
    nodeOf('TopK', ['x', 'p'], ['top', 'places']),
  ]
  const inputs = [info('x', 'N', 4), typed('p', 'int64')]
  const graph = graphOf({ nodes, inputs, initializers: [{ ...int64([1]), name: 'axes' }] })
  const values = new Map(inferShapes(graph).values?.map(({ name, type }) => [name, type]))
  expect(values.get('padded')).toEqual({ dataType: 'float32', dims: ['', ''] })
  expect(values.get('cut')).toEqual({ dataType: 'float32', dims: ['', ''] })
  expect(values.get('top')).toEqual({ dataType: 'float32', dims: ['N', ''] })
  expect(values.get('places')).toEqual({ dataType: 'int64', dims: ['N', ''] })
})

test('shapes that contradict what is stated are refused, or left as they are', () => {
  const graph = graphOf({
    nodes: [nodeOf('Neg', ['x'], ['y'], { name: 'n' })],
    inputs: [info('x', 2)],
    outputs: [info('y', 3)],
  })
  expect(() => inferShapes(graph)).toThrow('Neg "n": %y is stated as float32[3], but it is float32[2]')
  expect(inferShapes(graph, { strict: false })).toEqual(graph)
  const wrong = { ...graph, nodes: [nodeOf('MatMul', ['x', 'x'], ['y'])], inputs: [info('x', 2, 3)] }
  expect(() => inferShapes(wrong)).toThrow(
    'MatMul of %y (%x float32[2,3], %x float32[2,3]): inner sizes: 3 and 2 differ',
  )
  expect(inferShapes(wrong, { strict: false })).toEqual(wrong)
})

test('inside a Loop, untyped borders learn the types of the states, and values around it are seen', () => {
  const body: Graph = graphOf({
    name: 'body',
    inputs: [untyped('i'), untyped('go'), { name: 's', type: { dataType: 'float32', dims: [3] } }],
    nodes: [nodeOf('Add', ['s', 'w'], ['t']), nodeOf('Identity', ['go'], ['on']), nodeOf('Identity', ['i'], ['count'])],
    outputs: [untyped('on'), untyped('t'), untyped('count')],
  })
  const graph = graphOf({
    nodes: [nodeOf('Loop', ['n', '', 'x'], ['last', 'counts'], { attributes: { body: { graph: body } } })],
    inputs: [info('x', 3)],
    outputs: [untyped('last'), untyped('counts')],
    initializers: [
      { ...int64(4), name: 'n' },
      { ...float32([1, 2, 3]), name: 'w' },
    ],
  })
  const typed = inferShapes(graph)
  expect(typed.outputs).toEqual([info('last', 3), { name: 'counts', type: { dataType: 'int64', dims: [4] } }])
  const inside = typed.nodes[0]!.attributes.body as { graph: Graph }
  expect(inside.graph.inputs.map(({ type }) => type.dataType)).toEqual(['int64', 'bool', 'float32'])
  expect(inside.graph.outputs[1]).toEqual(info('t', 3))
})

test('hostile shapes do not allocate', () => {
  const shape: ValueInfo = { name: 's', type: { dataType: 'int64', dims: [2 ** 40] } }
  const graph = graphOf({
    nodes: [nodeOf('Reshape', ['x', 's'], ['y'])],
    inputs: [info('x', 2), shape],
    outputs: [untyped('y')],
  })
  expect(() => inferShapes(graph)).toThrow('no runtime goes beyond')
})

test('names do not multiply without end', () => {
  const nodes = Array.from({ length: 40 }, (_, step) => [
    nodeOf('Unsqueeze', [`v${step}`, 'axis'], [`column${step}`]),
    nodeOf('Mul', [`column${step}`, `v${step}`], [`square${step}`]),
    nodeOf('Reshape', [`square${step}`, 'flat'], [`v${step + 1}`]),
  ]).flat()
  const initializers = [
    { ...int64([1]), name: 'axis' },
    { ...int64([-1]), name: 'flat' },
  ]
  const { values } = inferShapes(graphOf({ nodes, inputs: [info('v0', 'N')], initializers }))
  const dims = ['v1', 'v4', 'v5', 'v40'].map((name) => values?.find((value) => value.name === name)?.type.dims?.[0])
  expect(dims).toEqual(['N*N', new Array(16).fill('N').join('*'), '', ''])
})
