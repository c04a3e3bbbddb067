import { float32, graphBuilder, int, int64, renamed } from '@pixelrow/onnx'
import { expect, test } from 'vitest'

test('a scope names what has no name of its own: by operator, with a number from the second on', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', [4])
  const layer = g.scope('layer')
  const [first, second] = [layer.op('Relu', [x]), layer.op('Relu', [x])]
  expect([first.name, second.name]).toEqual(['layer/Relu', 'layer/Relu_2'])
  const [left, right] = layer.ops('Split', [x, g.constant(int64([1, 3]))], { axis: int(0) }, { count: 2 })
  expect([left!.name, right!.name]).toEqual(['layer/Split', 'layer/Split:1'])
  expect(layer.scope('inner').op('Neg', [x]).name).toBe('layer/inner/Neg')
  expect(layer.op('Neg', [x], {}, { outputs: 'own' }).name).toBe('own')
  expect(g.op('Neg', [x]).name).toMatch(/^t\d+$/)
  expect(g.build().nodes.map(({ name }) => name)).toEqual([
    'layer/Relu',
    'layer/Relu_2',
    'layer/Split',
    'layer/inner/Neg',
    'layer/Neg',
    expect.stringMatching(/^Neg_t/),
  ])
})

test('a name that is taken is passed over', () => {
  const g = graphBuilder('g')
  const x = g.input('layer/Relu', 'float32', [4])
  expect(g.scope('layer').op('Relu', [x]).name).toBe('layer/Relu_2')
})

test('values are renamed wherever they stand, in bodies too, and the graph given stays', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', [4])
  const weight = g.constant(float32([1, 2, 3, 4]), 'w')
  const sum = g.op('Add', [x, weight], {}, { outputs: 'sum' })
  const branch = g.subgraph('branch')
  branch.output(branch.op('Neg', [sum], {}, { outputs: 'inner' }))
  const condition = g.input('condition', 'bool', [])
  const body = { graph: branch.build() }
  g.output(g.op('If', [condition], { then_branch: body, else_branch: body }, { outputs: 'y' }))
  const graph = g.build()
  const before = structuredClone(graph)
  const names = new Map([
    ['x', 'pixels'],
    ['w', 'weight'],
    ['sum', 'total'],
    ['inner', 'inside'],
    ['y', 'answer'],
  ])
  const result = renamed(graph, names)
  expect(graph).toEqual(before)
  expect(result.inputs.map(({ name }) => name)).toEqual(['pixels', 'condition'])
  expect(result.initializers.map(({ name }) => name)).toEqual(['weight'])
  expect(result.outputs.map(({ name }) => name)).toEqual(['answer'])
  expect(result.values?.map(({ name }) => name)).toEqual(['total'])
  const [add, choice] = result.nodes
  expect([add!.inputs, add!.outputs, choice!.outputs]).toEqual([['pixels', 'weight'], ['total'], ['answer']])
  expect(choice!.attributes.then_branch).toMatchObject({
    graph: { nodes: [{ inputs: ['total'], outputs: ['inside'] }], outputs: [{ name: 'inside' }] },
  })
  // Renaming back gives the graph again.
  expect(renamed(result, new Map([...names].map(([from, to]) => [to, from])))).toEqual(graph)
})
