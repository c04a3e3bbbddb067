import { describe, fromOnnx, optimize, toOnnx } from '@pixelrow/export'
import {
  check,
  float,
  float32,
  float64,
  type Graph,
  graphBuilder,
  int,
  int32,
  int64,
  ints,
  read,
  type Tensor,
  tensorAttribute,
  type Value,
  write,
} from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { models } from './models.ts'
import { run } from './runtime.ts'

type Builder = ReturnType<typeof graphBuilder>

function fileOf(body: (g: Builder, x: Value) => Value | Value[]): Uint8Array {
  const g = graphBuilder('small')
  const outputs = body(g, g.input('x', 'float32', ['N', 2]))
  for (const value of [outputs].flat()) g.output(value)
  return write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() })
}

/** What a file says of two rows, as bytes. */
async function results(bytes: Uint8Array): Promise<Uint8Array[]> {
  const opened = await run(bytes)
  const outputs = await opened.run({ x: { dataType: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 3, 0.5) } })
  await opened.close()
  return Object.values(outputs).map(({ data }) => {
    const { buffer, byteOffset, byteLength } = data as Float32Array
    return new Uint8Array(buffer, byteOffset, byteLength).slice()
  })
}

const numbers = float32([1.1, -2.2, 3.3, 4.4, 5.5, -6.6], [2, 3])
const whole = int64([7, -7, 9, 100, 3, 2], [2, 3])

/** Operators on constants alone, each of a value that onnxruntime then works out too. */
const constantOperators: [string, (g: Builder) => Value][] = [
  ['Reshape', (g) => g.op('Reshape', [g.constant(numbers), g.constant(int64([3, -1]))])],
  ['Flatten', (g) => g.op('Flatten', [g.constant(float32([1, 2, 3, 4], [2, 1, 2]))])],
  ['Squeeze', (g) => g.op('Squeeze', [g.constant(float32([1, 2], [1, 2, 1])), g.constant(int64([0]))])],
  ['Unsqueeze', (g) => g.op('Unsqueeze', [g.constant(numbers), g.constant(int64([1, -1]))])],
  ['Transpose', (g) => g.op('Transpose', [g.constant(numbers)])],
  [
    'Transpose of three axes',
    (g) =>
      g.op(
        'Transpose',
        [
          g.constant(
            float32(
              Float32Array.from({ length: 24 }, (_, at) => at),
              [2, 3, 4],
            ),
          ),
        ],
        { perm: ints([1, 2, 0]) },
      ),
  ],
  ['Concat', (g) => g.op('Concat', [g.constant(numbers), g.constant(float32([9, 8], [2, 1]))], { axis: int(-1) })],
  ['Gather', (g) => g.op('Gather', [g.constant(numbers), g.constant(int64([2, -3, 0, 1], [2, 2]))], { axis: int(1) })],
  ['Gather of a scalar', (g) => g.op('Gather', [g.constant(whole), g.constant(int64(1))])],
  [
    'Slice',
    (g) =>
      g.op('Slice', [g.constant(numbers), g.constant(int64([0])), g.constant(int64([-1])), g.constant(int64([1]))]),
  ],
  [
    'Slice backwards',
    (g) => g.op('Slice', [g.constant(numbers), ...[[-1], [-99], [1], [-2]].map((each) => g.constant(int64(each)))]),
  ],
  ['Expand', (g) => g.op('Expand', [g.constant(float32([1, 2], [2, 1])), g.constant(int64([3, 1, 4]))])],
  [
    'ConstantOfShape',
    (g) => g.op('ConstantOfShape', [g.constant(int64([2, 2]))], { value: tensorAttribute(float32([0.1])) }),
  ],
  ['ConstantOfShape of zeros', (g) => g.op('ConstantOfShape', [g.constant(int64([3]))])],
  ['Cast of integers', (g) => g.op('Cast', [g.constant(whole)], { to: int(1) })],
  ['Cast of floats that are whole', (g) => g.op('Cast', [g.constant(float32([3, -4]))], { to: int(7) })],
  ['Add', (g) => g.op('Add', [g.constant(numbers), g.constant(float32([0.1, 0.2, 0.3]))])],
  ['Sub', (g) => g.op('Sub', [g.constant(numbers), g.constant(float32([0.7], [1, 1]))])],
  ['Mul', (g) => g.op('Mul', [g.constant(numbers), g.constant(float32([[3.1], [1e-30]].flat(), [2, 1]))])],
  ['Div', (g) => g.op('Div', [g.constant(numbers), g.constant(float32([3, 0, 7]))])],
  ['Div of float64', (g) => g.op('Div', [g.constant(float64([1, 2])), g.constant(float64([3, 7]))])],
  ['Add of integers', (g) => g.op('Add', [g.constant(whole), g.constant(int64(9_007_199_254_740_993n))])],
  ['Div of integers', (g) => g.op('Div', [g.constant(whole), g.constant(int64([2, 2, -4]))])],
  ['Neg', (g) => g.op('Neg', [g.constant(numbers)])],
  ['Sqrt', (g) => g.op('Sqrt', [g.constant(float32([2, 3, 0.1]))])],
]

test.each(constantOperators)('%s of constants is worked out, to onnxruntime’s bits', async (_, make) => {
  const bytes = fileOf((g, x) => [g.op('Relu', [x]), g.op('Identity', [make(g)])])
  const small = optimize(bytes)
  expect(describe(small).operators).toEqual({ Identity: 1, Relu: 1 })
  expect(await results(small)).toEqual(await results(bytes))
})

test.each<[string, (g: Builder) => Value]>([
  ['rounding that a runtime may do its way', (g) => g.op('Cast', [g.constant(float32([0.5, 1.5]))], { to: int(7) })],
  ['an operator that is not exact', (g) => g.op('Exp', [g.constant(numbers)])],
  ['arithmetic that wraps around', (g) => g.op('Add', [g.constant(int32([2])), g.constant(int32([2]))])],
  ['a division by zero', (g) => g.op('Div', [g.constant(whole), g.constant(int64(0))])],
  ['a result that would make the file grow', (g) => g.op('ConstantOfShape', [g.constant(int64([9999, 9999]))])],
])('%s is left to the runtime', (_, make) => {
  const bytes = fileOf((g, x) => [g.op('Relu', [x]), g.op('Identity', [make(g)])])
  expect(Object.keys(describe(optimize(bytes)).operators).length).toBe(3)
})

test('what only passes a value on is gone, what no output needs too', async () => {
  const bytes = fileOf((g, x) => {
    const kept = g.op('Dropout', [g.op('Identity', [x])], {}, { outputs: 'dropped' })
    g.op('Mul', [x, g.constant(float32(7), 'unused')])
    return g.op('Add', [kept, g.op('Constant', [], { value: tensorAttribute(float32(0.5)) })])
  })
  const small = optimize(bytes)
  const { graph } = read(small)
  expect(graph.nodes.map(({ opType, inputs }) => `${opType}(${inputs.length})`)).toEqual(['Add(2)'])
  expect(graph.nodes[0]!.inputs[0]).toBe('x')
  expect(graph.initializers.map(({ name }) => name)).not.toContain('unused')
  expect(await results(small)).toEqual(await results(bytes))
})

test('shapes that are known are numbers; a batch’s size stays a question', () => {
  const bytes = fileOf((g, x) => {
    const table = g.constant(numbers, 'table')
    const known = g.op('Cast', [g.op('Shape', [table])], { to: int(1) })
    return [g.op('Add', [x, known]), g.op('Shape', [x])]
  })
  expect(describe(optimize(bytes)).operators).toEqual({ Add: 1, Shape: 1 })
})

test('dropout that trains stays, and so does what is in a branch', async () => {
  const bytes = fileOf((g, x) => {
    const name = (value: number) => g.op('Identity', [g.constant(float32(value))])
    const [yes, no] = [g.subgraph('yes'), g.subgraph('no')]
    yes.output(yes.op('Mul', [x, name(2)]))
    no.output(no.op('Add', [x, name(3)]))
    const flag = g.op('Greater', [g.op('ReduceMax', [x], { keepdims: int(0) }), g.constant(float32(0))])
    return g.op('If', [flag], { then_branch: { graph: yes.build() }, else_branch: { graph: no.build() } })
  })
  const small = optimize(bytes)
  check(read(small))
  expect(await results(small)).toEqual(await results(bytes))
  const trains = fileOf((g, x) => {
    const yes = g.constant({ dataType: 'bool', dims: [], data: Uint8Array.of(1) })
    return g.op('Relu', [g.op('Dropout', [x, g.constant(float32(0.5)), yes], { seed: int(1) })])
  })
  expect(describe(optimize(trains)).operators).toEqual({ Dropout: 1, Relu: 1 })
})

test('an input’s default is no constant: a run may replace it', () => {
  const g = graphBuilder('default')
  const x = g.input('x', 'float32', ['N', 2])
  const scale = g.input('scale', 'float32', [])
  g.output(g.op('Mul', [x, g.op('Add', [scale, g.constant(float32(1))])]))
  const graph: Graph = g.build()
  const byDefault: Tensor = { ...float32(2), name: 'scale' }
  graph.initializers.push(byDefault)
  const small = optimize(write({ irVersion: 8, opsets: { '': 17 }, graph }))
  expect(describe(small).operators).toEqual({ Add: 1, Mul: 1 })
})

test('a wrong shape that the file states is not believed', () => {
  const bytes = fileOf((g, x) => g.op('Add', [x, g.op('Transpose', [g.constant(float32([1, 2], [2, 1]))])]))
  const model = read(bytes)
  for (const type of ['perm', 'value']) {
    const nodes = model.graph.nodes.map((node) =>
      node.opType === 'Transpose' ? { ...node, attributes: { perm: type === 'perm' ? ints([5, 9]) : float(1) } } : node,
    )
    const values = [{ name: model.graph.nodes[0]!.outputs[0]!, type: { dataType: 'int64' as const, dims: [77] } }]
    const small = optimize(write({ ...model, graph: { ...model.graph, nodes, values } }))
    expect(describe(small).operators).toEqual({ Add: 1, Transpose: 1 })
  }
})

test('a file of ours has nothing to take away, and is read back as before', () => {
  fc.assert(
    fc.property(models, (model) => {
      const bytes = toOnnx(model)
      const small = optimize(bytes)
      expect(describe(small).operators).toEqual(describe(bytes).operators)
      expect(fromOnnx(small)).toEqual(model)
    }),
    { numRuns: 20 },
  )
})
