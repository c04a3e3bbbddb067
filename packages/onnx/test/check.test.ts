import {
  type Attribute,
  check,
  float,
  float32,
  type Graph,
  int,
  int64,
  type Model,
  type Node,
  OnnxError,
} from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { graphOf, modelOf, nodeOf } from './support.ts'

const x = { name: 'x', type: { dataType: 'float32', dims: ['N', 2] } } as const
const y = { name: 'y', type: { dataType: 'float32', dims: ['N', 2] } } as const
const neg = nodeOf('Neg', ['x'], ['y'], { name: 'n' })
const good = graphOf({ nodes: [neg], inputs: [x], outputs: [y] })

const withNode = (node: Node): Model => modelOf({ ...good, nodes: [node] })
const withAttribute = (opType: string, attributes: Record<string, Attribute>, inputs = ['x']): Model =>
  withNode(nodeOf(opType, inputs, ['y'], { attributes }))

/** An If whose first branch is this graph. */
const branching = (branch: Partial<Graph>): Model => {
  const other = graphOf({ name: 'other', nodes: [nodeOf('Neg', ['x'], ['o'])], outputs: [{ ...y, name: 'o' }] })
  const attributes = { then_branch: { graph: graphOf({ name: 'then', ...branch }) }, else_branch: { graph: other } }
  const condition = { name: 'c', type: { dataType: 'bool', dims: [] } } as const
  return modelOf({ ...good, inputs: [x, condition], nodes: [nodeOf('If', ['c'], ['y'], { attributes })] })
}

test.each<[string, Model]>([
  ['one node', modelOf(good)],
  [
    'an optional input left out',
    modelOf({
      ...good,
      nodes: [nodeOf('Clip', ['x', '', 'hi'], ['y'])],
      initializers: [{ ...float32(1), name: 'hi' }],
    }),
  ],
  ['an output left out', modelOf({ ...good, nodes: [nodeOf('Dropout', ['x'], ['y', ''])] })],
  ['a default for an input', modelOf({ ...good, initializers: [{ ...float32([1, 2], [1, 2]), name: 'x' }] })],
  [
    'a subgraph that uses values around it',
    branching({ nodes: [nodeOf('Abs', ['x'], ['a'])], outputs: [{ ...y, name: 'a' }] }),
  ],
  [
    'a domain of its own',
    modelOf({ ...good, nodes: [{ ...neg, domain: 'mine', opType: 'Any' }] }, { opsets: { '': 17, mine: 1 } }),
  ],
  ["ONNX's domain by its name", modelOf({ ...good, nodes: [{ ...neg, domain: 'ai.onnx' }] })],
  [
    'a function of the model in place of an operator',
    modelOf(
      { ...good, nodes: [{ ...neg, opType: 'Twice' }] },
      { extra: { functions: [{ name: 'Twice', domain: '' }] } },
    ),
  ],
  [
    'an operator of a future opset',
    modelOf({ ...good, nodes: [{ ...neg, opType: 'Invented' }] }, { opsets: { '': 99 } }),
  ],
  [
    'a tensor kept in another file',
    modelOf({
      ...good,
      initializers: [
        { name: 'w', dataType: 'float32', dims: [9], data: new Float32Array(0), extra: { data_location: 1 } },
      ],
    }),
  ],
  [
    'a border of a subgraph without a type',
    branching({ nodes: [nodeOf('Abs', ['x'], ['a'])], outputs: [{ name: 'a', type: { dataType: 'undefined' } }] }),
  ],
])('accepts %s', (_, model) => {
  expect(() => check(model)).not.toThrow()
})

test.each<[string, Model, string]>([
  ['no IR version', modelOf(good, { irVersion: 0 }), 'irVersion is 0, expected a whole number of at least 1, e.g. 8'],
  ['no opsets', modelOf(good, { opsets: {} }), "opsets is empty, expected e.g. { '': 17 }"],
  ['a fraction of an opset', modelOf(good, { opsets: { '': 1.5 } }), 'opset "" has version 1.5'],
  [
    'a domain without an opset',
    withNode({ ...neg, domain: 'mine' }),
    'graph "g", mine:Neg "n": opsets has no version for the domain "mine"',
  ],
  [
    'a domain called like an object’s method',
    withNode({ ...neg, domain: 'toString' }),
    'no version for the domain "toString"',
  ],
  ['a graph without a name', modelOf({ ...good, name: '' }), 'a graph needs a name'],
  [
    'an input without a type',
    modelOf({ ...good, inputs: [{ name: 'x', type: { dataType: 'undefined' } }] }),
    '"x" has no type',
  ],
  [
    'half a size',
    modelOf({ ...good, inputs: [{ name: 'x', type: { dataType: 'float32', dims: [0.5] } }] }),
    '"x" is float32[0.5]: 0.5 is no size',
  ],
  ['two inputs of a name', modelOf({ ...good, inputs: [x, x] }), 'an input is called "x", and so is an input'],
  [
    'an output that nothing gives',
    modelOf({ ...good, nodes: [] }),
    'the output "y" is given by no node, input or constant',
  ],
  ['an output twice', modelOf({ ...good, outputs: [y, y] }), 'the output "y" is listed twice; add an Identity'],
  [
    'a type for a value that is not there',
    modelOf({ ...good, values: [{ ...x, name: 'z' }] }),
    'a type is stated for %z, which nothing gives',
  ],
  [
    'a value from nowhere',
    withNode(nodeOf('Add', ['x', 'z'], ['y'])),
    'graph "g", Add of %y: input 1 is %z, which no node before it, no input and no constant gives',
  ],
  [
    'nodes in the wrong order',
    modelOf({ ...good, nodes: [nodeOf('Neg', ['a'], ['y']), nodeOf('Neg', ['x'], ['a'])] }),
    'Neg of %y: input 0 is %a, which no node before it',
  ],
  [
    'a value given twice',
    modelOf({ ...good, nodes: [neg, nodeOf('Abs', ['x'], ['y'])] }),
    'Abs of %y: output 0 of Abs of %y is called "y", and so is output 0 of Neg "n"',
  ],
  ['an operator without a name', withNode({ ...neg, opType: '' }), 'the operator has no name'],
  ['an operator that is not there', withNode({ ...neg, opType: 'Ngeate' }), 'ONNX has no operator "Ngeate"'],
  [
    'an operator that came later',
    withNode({ ...neg, opType: 'Gelu' }),
    '"Gelu" is there from opset 20 on, the model asks for 17',
  ],
  ['too few inputs', withNode(nodeOf('Add', ['x'], ['y'])), 'Add of %y: 1 inputs, expected 2'],
  ['too many inputs', withNode(nodeOf('Gemm', ['x', 'x', 'x', 'x'], ['y'])), '4 inputs, expected 2 to 3'],
  [
    'too few of any number',
    withNode(nodeOf('Concat', [], ['y'], { attributes: { axis: int(0) } })),
    '0 inputs, expected at least 1',
  ],
  ['too many outputs', withNode(nodeOf('Neg', ['x'], ['y', 'z'])), '2 outputs, expected 1'],
  [
    'an attribute of another kind',
    withAttribute('LeakyRelu', { alpha: int(1) }),
    'attribute "alpha" is tagged int, expected float',
  ],
  [
    'an attribute that is none',
    withAttribute('Neg', { axis: int(1) }),
    'attribute "axis" is not one of the operator\'s (consumed_inputs)',
  ],
  ['a missing attribute', withAttribute('Cast', {}), 'attribute "to" is missing'],
  [
    'an attribute inherited from objects',
    withAttribute('Neg', { constructor: float(1) } as Record<string, Attribute>),
    'attribute "constructor" is not one',
  ],
  [
    'a constant twice',
    modelOf({
      ...good,
      initializers: [
        { ...float32(1), name: 'w' },
        { ...float32(2), name: 'w' },
      ],
    }),
    'the constant "w" is there twice',
  ],
  ['a constant without a name', modelOf({ ...good, initializers: [float32(1)] }), 'a constant needs a name'],
  [
    'a constant of the wrong size',
    modelOf({ ...good, initializers: [{ name: 'w', dataType: 'float32', dims: [2, 2], data: Float32Array.of(1) }] }),
    'the constant "w" is float32[2,2]: 4 entries expected, 1 found',
  ],
  [
    'a constant in the wrong array',
    modelOf({ ...good, initializers: [{ name: 'w', dataType: 'float32', dims: [1], data: [''] }] }),
    'float32 data is kept in Float32Array, found an array',
  ],
  [
    'a negative size',
    modelOf({ ...good, initializers: [{ name: 'w', dataType: 'float32', dims: [-1], data: new Float32Array(0) }] }),
    'the constant "w" has the shape [-1]',
  ],
  [
    'a constant without a type',
    modelOf({ ...good, initializers: [{ name: 'w', dataType: 'undefined', dims: [0], data: new Uint8Array(0) }] }),
    'the constant "w" has no element type',
  ],
  [
    'an attribute’s tensor of the wrong size',
    withAttribute('Constant', { value: { tensor: { ...int64([1, 2]), dims: [3] } } }, []),
    'Constant of %y: the attribute "value" is int64[3]: 3 entries expected, 2 found',
  ],
  [
    'a constant that is no input in an old file',
    modelOf({ ...good, initializers: [{ ...float32(1), name: 'w' }] }, { irVersion: 3 }),
    'before IR version 4 the constant "w" must be an input too',
  ],
  [
    'a name from around a subgraph given again in it',
    branching({ nodes: [nodeOf('Abs', ['x'], ['x'])], outputs: [] }),
    'graph "g/then", Abs of %x: output 0 of Abs of %x is called "x", and so is an input',
  ],
  [
    'a value inside a subgraph used outside',
    modelOf({
      ...branching({ nodes: [nodeOf('Abs', ['x'], ['a'])], outputs: [{ ...y, name: 'a' }] }).graph,
      outputs: [{ ...y, name: 'a' }],
    }),
    'the output "a" is given by no node',
  ],
  [
    'a value from nowhere in a subgraph',
    branching({ nodes: [nodeOf('Abs', ['z'], ['a'])] }),
    'graph "g/then", Abs of %a: input 0 is %z',
  ],
])('refuses %s', (_, model, message) => {
  expect(() => check(model)).toThrow(message)
  expect(() => check(model)).toThrow(OnnxError)
})

test('the error names the node', () => {
  try {
    check(withNode({ ...neg, inputs: ['z'] }))
    expect.fail('check did not throw')
  } catch (error) {
    expect((error as OnnxError).node).toBe('n')
  }
})

test.each<[string, Node, number, string]>([
  [
    'a type that this version has not',
    nodeOf('Celu', ['h'], ['o']),
    17,
    'input 0 (%h) is float16, expected float32 (by operator set 17)',
  ],
  [
    'integers to a function of numbers',
    nodeOf('Sigmoid', ['i'], ['o']),
    17,
    'input 0 (%i) is int64, expected float32, ',
  ],
  [
    'two types where one is asked for',
    nodeOf('Add', ['x', 'h'], ['o']),
    17,
    'input 1 (%h) is float16, input 0 float32; expected one type',
  ],
])('%s is refused', (_, node, opset, reason) => {
  const inputs = (['float32', 'float16', 'int64'] as const).map((dataType, at) => ({
    name: ['x', 'h', 'i'][at]!,
    type: { dataType, dims: ['N'] },
  }))
  const o = { name: 'o', type: { dataType: 'float32', dims: ['N'] } } as const
  const graph = graphOf({ nodes: [node], inputs, outputs: [o] })
  expect(() => check(modelOf(graph, { opsets: { '': opset } }))).toThrow(`${node.opType} of %o: ${reason}`)
})

test('types inside a branch are seen, with those of the values around it', () => {
  const inputs = [{ name: 'a', type: { dataType: 'int64', dims: [] } } as const]
  const model = branching({ nodes: [nodeOf('Relu', ['x'], ['r'])], outputs: [{ ...y, name: 'r' }] })
  check(model)
  model.graph.inputs = [{ ...x, type: { dataType: 'uint8', dims: ['N', 2] } }, model.graph.inputs[1]!, ...inputs]
  expect(() => check(model)).toThrow('graph "then", Relu of %r: input 0 (%x) is uint8, expected float32')
})
