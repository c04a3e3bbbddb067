import {
  check,
  dump,
  float,
  float32,
  graphBuilder,
  type InferRule,
  int,
  int64,
  ints,
  read,
  uint8,
  write,
} from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { modelOf } from './support.ts'

test('a classifier built operator by operator', () => {
  const g = graphBuilder('mlp')
  const x = g.input('pixels', 'uint8', ['N', 784])
  const scaled = g.op('Div', [g.op('Cast', [x], { to: int(1) }), g.constant(float32(255))])
  const hidden = g.op('Relu', [g.op('Gemm', [scaled, g.constant(float32(new Float32Array(784 * 60), [784, 60]), 'w')])])
  const logits = g.op('Gemm', [hidden, g.constant(float32(new Float32Array(600), [10, 60])), undefined], {
    transB: int(1),
  })
  g.output(g.op('Softmax', [logits], { axis: int(1) }), 'probabilities')
  g.output(g.op('ArgMax', [logits], { axis: int(1), keepdims: int(0) }, { outputs: 'label' }))
  const model = modelOf(g.build())
  check(model)
  expect(model.graph.outputs).toEqual([
    { name: 'probabilities', type: { dataType: 'float32', dims: ['N', 10] } },
    { name: 'label', type: { dataType: 'int64', dims: ['N'] } },
  ])
  expect(model.graph.nodes.map(({ opType }) => opType).join()).toBe('Cast,Div,Gemm,Relu,Gemm,Softmax,Identity,ArgMax')
  expect(model.graph.values).toContainEqual({ name: hidden.name, type: { dataType: 'float32', dims: ['N', 60] } })
  expect(read(write(model))).toEqual(model)
  expect(g.build({ values: false }).values).toBeUndefined()
})

test('values, nodes and constants can be looked at while building', () => {
  const g = graphBuilder('g', { prefix: 'v' })
  const x = g.input('x', 'float32', [2])
  const c = g.constant(float32([1, 2]))
  const y = g.op('Mul', [x, c], {}, { name: 'scale' })
  expect(y).toEqual({ name: 'v1', dataType: 'float32', dims: [2] })
  expect(g.valueOf('v1')).toBe(y)
  expect(g.nodes).toEqual([
    { opType: 'Mul', domain: '', name: 'scale', inputs: ['x', 'v0'], outputs: ['v1'], attributes: {} },
  ])
  expect(g.constants).toEqual([{ ...float32([1, 2]), name: 'v0' }])
  expect(g.constantOf(c)?.data).toEqual(Float32Array.of(1, 2))
  expect(g.constantOf(x)).toBeUndefined()
})

test('equal small constants without a name are one; a name, a type, a shape or the sign of zero make another', () => {
  const g = graphBuilder('g')
  const one = g.constant(int64([1, 2]))
  expect(g.constant(int64([1, 2]))).toBe(one)
  expect(g.subgraph('s').constant(int64([1, 2]))).toBe(one)
  const others = [g.constant(int64([1, 2]), 'named'), g.constant(int64([1, 2], [2, 1])), g.constant(uint8([1, 2]))]
  others.push(g.constant(float32([0])), g.constant(float32([-0])))
  expect(new Set([one, ...others].map(({ name }) => name)).size).toBe(6)
  const large = float32(new Float32Array(2000))
  expect(g.constant(large)).not.toBe(g.constant(large))
})

test('a Loop: names do not clash with its body, which sees the values around it', () => {
  const g = graphBuilder('g')
  const start = g.input('start', 'float32', ['N', 3])
  const step = g.constant(float32([1, 2, 3]))
  const body = g.subgraph('body')
  body.input('i', 'int64', [])
  const go = body.input('go', 'bool', [])
  const state = body.input('state', 'float32', ['N', 3])
  const next = body.op('Add', [state, step])
  body.output(go)
  body.output(next)
  body.output(body.op('ReduceSum', [next], { keepdims: int(0) }))
  body.output(start)
  const count = g.constant(int64(5))
  const [last, sums, starts] = g.ops('Loop', [count, undefined, start], { body: { graph: body.build() } }, { count: 3 })
  expect(last!.dims).toEqual(['N', 3])
  expect(sums!.dims).toEqual([5])
  expect(starts!.dims).toEqual([5, 'N', 3])
  for (const value of [last!, sums!, starts!]) g.output(value)
  const model = modelOf(g.build())
  check(model)
  expect(read(write(model))).toEqual(model)
  // What the body does not make itself goes out through an Identity.
  expect(body.nodes.map(({ opType }) => opType)).toEqual(['Add', 'Identity', 'ReduceSum', 'Identity'])
})

test('a Loop whose state changes its shape, or that may end early, has sizes nobody knows', () => {
  const g = graphBuilder('g')
  const body = g.subgraph('body')
  body.input('i', 'int64', [])
  const go = body.input('go', 'bool', [])
  const state = body.input('state', 'float32', [''])
  body.output(body.op('Identity', [go]))
  body.output(body.op('Concat', [state, state], { axis: int(0) }))
  body.output(body.op('Size', [state]))
  const inputs = [g.constant(int64(5)), g.input('go0', 'bool', []), g.input('x', 'float32', [1])]
  const [last, sizes] = g.ops('Loop', inputs, { body: { graph: body.build() } }, { count: 2 })
  expect([last!.dims, sizes!.dims]).toEqual([[''], ['']])
  expect(() => g.op('Loop', inputs.slice(0, 2), { body: { graph: body.build() } })).toThrow(
    /its body takes 3 inputs, expected 2: iteration, condition and 0 states/,
  )
  const wrong = [inputs[0], inputs[1], g.input('n', 'int64', [1])]
  expect(() => g.op('Loop', wrong, { body: { graph: body.build() } })).toThrow(
    /state 0 and the body's input "state": int64 and float32 differ/,
  )
})

test('an If has what its branches have in common', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', ['N', 3])
  const branch = (name: string, axes: number[]) => {
    const s = g.subgraph(name)
    s.output(s.op('ReduceSum', [x, s.constant(int64(axes))]))
    return { graph: s.build() }
  }
  const condition = g.input('c', 'bool', [])
  const y = g.op('If', [condition], { then_branch: branch('then', [0]), else_branch: branch('else', [0, 1]) })
  expect(y.dims).toEqual([1, ''])
})

test('rules for operators of one’s own, by domain, see attributes and constants', () => {
  const rule: InferRule = ([x, times], attributes, constantOf, outputs) => {
    if (!x || !times) throw new Error('needs two inputs')
    const factor = Number(constantOf(times)?.data[0])
    const plus = 'plus' in attributes && 'int' in attributes.plus! ? Number(attributes.plus.int) : 0
    return new Array(outputs).fill({ dataType: x.dataType, dims: x.dims.map((dim) => Number(dim) * factor + plus) })
  }
  const g = graphBuilder('g', { infer: { 'mine:Grow': rule, Relu: ([x]) => [{ dataType: 'bool', dims: x!.dims }] } })
  const x = g.input('x', 'float32', [2, 3])
  const [y] = g.ops('Grow', [x, g.constant(int64(2))], { plus: int(1) }, { count: 2, domain: 'mine' })
  expect(y!.dims).toEqual([5, 7])
  expect(g.op('Relu', [x]).dataType).toBe('bool')
  expect(() => g.op('Grow', [x], {}, { domain: 'mine', name: 'n' })).toThrow(
    'mine:Grow "n" (%x float32[2,3]): needs two inputs',
  )
  expect(() => g.op('Grow', [x])).toThrow(/no shape rule/)
  expect(() => g.op('constructor', [x])).toThrow(/no shape rule/)
  const stated = g.op('Unknown', [x], {}, { domain: 'mine', types: [{ dataType: 'int64', dims: [1] }] })
  expect(stated.dims).toEqual([1])
})

test('an output twice, or under another name, goes through an Identity', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', ['N'])
  const y = g.op('Neg', [x])
  g.output(y)
  expect(g.output(y).name).not.toBe(y.name)
  expect(g.output(y, 'z').name).toBe('z')
  g.output(x)
  expect(g.build().outputs.map(({ name }) => name)).toEqual(['t0', 't1', 'z', 'x'])
  check(modelOf(g.build()))
})

test('several outputs with names', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', [4, 6])
  const [a, b] = g.ops('Split', [x], { axis: int(1) }, { count: 2, outputs: ['left', 'right'] })
  expect([a!.name, b!.name, a!.dims]).toEqual(['left', 'right', [4, 3]])
  const first = g.op(
    'MaxPool',
    [g.op('Unsqueeze', [x], { axes: ints([0]) })],
    { kernel_shape: ints([2]) },
    { outputs: ['p', 'i'] },
  )
  expect(first.name).toBe('p')
  expect(g.valueOf('i').dataType).toBe('int64')
})

test('Constant nodes count as constants', () => {
  const g = graphBuilder('g')
  const shape = g.op('Constant', [], { value_ints: ints([3, 2]) })
  expect(g.op('Reshape', [g.input('x', 'float32', [6]), shape]).dims).toEqual([3, 2])
})

test('mistakes are told where they are made', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', [2])
  expect(() => g.input('x', 'float32', [2])).toThrow('the name "x" is taken')
  expect(() => g.subgraph('s').input('x', 'float32', [2])).toThrow('the name "x" is taken')
  expect(() => g.input('', 'float32', [])).toThrow('not empty')
  expect(() => g.op('Relu', [{ name: 'y', dataType: 'float32', dims: [] }])).toThrow(
    'Relu "Relu_t0": %y is no value of this graph',
  )
  const inner = g.subgraph('inner')
  const hidden = inner.op('Relu', [x])
  expect(() => g.op('Relu', [hidden])).toThrow('is no value of this graph or one around it')
  expect(() => g.valueOf('nowhere')).toThrow('graph "g" has no value "nowhere"')
  expect(() => g.constant({ dataType: 'float32', dims: [3], data: Float32Array.of(1) }, 'c')).toThrow(
    'constant "c": float32[3] holds 3 elements, found 1',
  )
  expect(() => g.constant({ dataType: 'int64', dims: [1], data: Float32Array.of(1) }, 'c')).toThrow('BigInt64Array')
  expect(g.op('LeakyRelu', [x], { alpha: float(0.1) }, { outputs: 'c' }).name).toBe('c')
})

test('a graph that failed an operator goes on without it', () => {
  const g = graphBuilder('g')
  const x = g.input('x', 'float32', [2])
  expect(() => g.op('Add', [x, g.constant(float32([1, 2, 3]))], {}, { outputs: 'y' })).toThrow('do not broadcast')
  g.output(g.op('Neg', [x], {}, { outputs: 'y' }))
  check(modelOf(g.build()))
  expect(dump(g.build())).toContain('%y: float32[2] = Neg(%x)')
})
