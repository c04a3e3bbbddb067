import {
  bool,
  dump,
  float,
  float32,
  floats,
  graphBuilder,
  type InferRule,
  int,
  int64,
  ints,
  read,
  string,
  strings,
  tensor,
} from '@pixelrow/onnx'
import { expect, test } from 'vitest'
import { fixture, graphOf, modelOf, nodeOf } from './support.ts'

test('a classifier', () => {
  expect(dump(read(fixture('mlp')))).toBe(`model: ir 8, opset onnx 17
producer: "fixture"
metadata: "classes" = "[\\"a\\",\\"b\\",\\"c\\"]"
metadata: "note" = "für dich"
graph mlp(%x: float32[N,4]) -> (%p: float32[N,3], %label: int64[N])
  %w1: float32[4,3] = {-1.0, -0.8181818, -0.6363636, -0.4545455, -0.2727273, -0.09090909, 0.09090909, 0.2727273, …}
  %b1: float32[3] = {0.5, 0.0, -0.5}
  %h: float32[N,3] = Gemm(%x, %w1, %b1) {alpha=1.0, transB=0}
  %a: float32[N,3] = Relu(%h)
  %p: float32[N,3] = Softmax(%a) {axis=-1}
  %label: int64[N] = ArgMax(%p) {axis=1, keepdims=0}
`)
})

test('subgraphs are indented below their node', () => {
  expect(
    dump(read(fixture('control')).graph),
  ).toBe(`graph control(%start: float32[2]) -> (%last: float32[2], %totals: float32[7])
  %count: int64[] = 7
  %zero: int64[] = 0
  %step: float32[2] = {1.0, 2.0}
  %last: float32[2], %totals: float32[7] = Loop(%count, _, %start) {body=graph}
    body: graph body(%i: int64[], %go: bool[], %state: float32[2]) -> (%on: bool[], %next: float32[2], %total: float32[])
      %first: bool[] = Equal(%i, %zero)
      %next: float32[2] = If(%first) {else_branch=graph, then_branch=graph}
        else_branch: graph else() -> (%less: float32[2])
          %less: float32[2] = Sub(%state, %step)
        then_branch: graph then() -> (%more: float32[2])
          %more: float32[2] = Add(%state, %step)
      %on: bool[] = Identity(%go)
      %total: float32[] = ReduceSum(%next) {keepdims=0}
`)
})

test('what the types do not model is named', () => {
  const text = dump(read(fixture('extras')))
  expect(text).toContain('\nfunctions: 1 entries\n')
  expect(text).toContain('\nmodel_version: 3\n')
  expect(text).toContain('\nunknown: 14 bytes\n')
  expect(text).toContain('\n  %outside: float32[1000] = (kept in another file)\n')
  expect(text).toContain('kind={tp, type}')
  expect(dump(read(fixture('types')))).toContain('%sequence: sequence_type')
})

test('attributes of every kind, sorted, with 1.0 and 1 apart', () => {
  const attributes = {
    z: int(1),
    b: float(1),
    c: floats([1, 0.1, 1e30]),
    d: ints([1, 2n ** 60n]),
    e: string('a "b"'),
    f: strings(['x', 'y']),
    g: { tensor: bool([true, false]) },
    h: { tensors: [int64([1]), int64(2)] },
    i: { graphs: [graphOf({ name: 'one' })] },
    j: { other: { ref_attr_name: 'alpha' } },
  }
  const node = nodeOf('Op', ['x', '', 'a value'], ['y', ''], { domain: 'mine', attributes })
  expect(dump(graphOf({ nodes: [node] }))).toBe(`graph g() -> ()
  %y, _ = mine:Op(%x, _, %"a value") {b=1.0, c=[1.0, 0.1, 1e+30], d=[1, 1152921504606846976], e="a \\"b\\"", f=["x", "y"], g=bool[2] {1, 0}, h=[int64[1], int64[]], i=1 graphs, j=@alpha, z=1}
    i: graph one() -> ()
`)
})

test('constants are abbreviated to as many elements as asked for', () => {
  const initializers = [
    { ...float32([1, 2.5, Number.NaN]), name: 'f' },
    { ...tensor('string', ['a', 'b']), name: 's' },
    { ...float32([]), name: 'e' },
  ]
  expect(dump(graphOf({ initializers }), { elements: 2 })).toBe(`graph g() -> ()
  %f: float32[3] = {1.0, 2.5, …}
  %s: string[2] = {"a", "b"}
  %e: float32[0] = {}
`)
})

test('a model whose shapes do not fit still has a text, with the types that are known', () => {
  const x = { name: 'x', type: { dataType: 'float32', dims: [2] } } as const
  const nodes = [nodeOf('Add', ['x', 'x'], ['a']), nodeOf('MatMul', ['a', 'w'], ['b']), nodeOf('Neg', ['b'], ['c'])]
  const graph = graphOf({ nodes, inputs: [x], initializers: [{ ...float32([1, 2, 3]), name: 'w' }] })
  expect(dump(modelOf(graph))).toContain(`  %a: float32[2] = Add(%x, %x)
  %b: float32 = MatMul(%a, %w)
  %c: float32 = Neg(%b)
`)
})

test('shape rules of one’s own reach the text', () => {
  const infer: Record<string, InferRule> = { 'mine:Same': ([x]) => [{ dataType: x!.dataType, dims: x!.dims }] }
  const g = graphBuilder('g', { infer })
  g.op('Same', [g.input('x', 'float32', ['N'])], {}, { domain: 'mine', outputs: 'y' })
  const bare = g.build({ values: false })
  expect(dump(bare)).toContain('  %y = mine:Same(%x)')
  expect(dump(bare, { infer })).toContain('  %y: float32[N] = mine:Same(%x)')
})
