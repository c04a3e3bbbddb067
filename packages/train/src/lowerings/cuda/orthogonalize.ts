import {
  float32,
  type Graph,
  type GraphBuilder,
  int,
  int64,
  type Node,
  sizeOf,
  type Value,
  viewOf,
} from '@pixelrow/onnx'
import { DOMAIN, floating, integer } from '../../operators.ts'
import type { Lowering } from '../plain/lowering.ts'
import { COEFFICIENTS } from '../plain/orthogonalize.ts'
import { reshape } from '../plain/shape.ts'

/** Up to this size a product of matrices is so short on a GPU that to fill them up with zeros costs less than a launch. */
const SMALL = 256

/**
 * Brings a graph's orthogonalisations together, those of matrices of at most 256 in their shorter side as one, others by size: each is some twenty products
 * that follow on each other, and as many launches do all of them. What depends on one moves behind it.
 */
export function together(graph: Graph): Graph {
  const view = viewOf(graph)
  const groups = new Map<string, Node[]>()
  for (const node of graph.nodes) {
    if (node.domain !== DOMAIN || node.opType !== 'Orthogonalize') continue
    const side = Math.max(SMALL, shorterSide((view.dims(node.inputs[0]!) ?? []).map(Number)))
    const key = `${side} ${integer(node.attributes.steps)} ${floating(node.attributes.epsilon)}`
    groups.set(key, [...(groups.get(key) ?? []), node])
  }
  return [...groups.values()].reduce(asOne, graph)
}

const shorterSide = (dims: number[]) => Math.min(dims[0]!, sizeOf(dims.slice(1)))

/** The graph with one node in place of several that do not depend on each other. */
function asOne(graph: Graph, group: readonly Node[]): Graph {
  const [first] = group as [Node]
  const members = new Set(group)
  const behind = new Set(group.flatMap(({ outputs }) => outputs))
  const [before, after]: [Node[], Node[]] = [[], []]
  for (const node of graph.nodes) {
    if (members.has(node)) continue
    const depends = node.inputs.some((name) => behind.has(name))
    if (depends) for (const name of node.outputs) behind.add(name)
    ;(depends ? after : before).push(node)
  }
  if (group.some(({ inputs }) => inputs.some((name) => behind.has(name)))) return graph
  const all: Node = {
    ...first,
    opType: 'OrthogonalizeAll',
    name: 'orthogonalize',
    inputs: group.flatMap(({ inputs }) => inputs),
    outputs: group.flatMap(({ outputs }) => outputs),
  }
  return { ...graph, nodes: [...before, all, ...after] }
}

/** `OrthogonalizeAll(x, …) {as Orthogonalize} → (y, …)`: the iterations on all matrices' Gram matrices in one tensor, filled up with zeros. */
export const orthogonalizeAll: Lowering = ({ g, inputs, attributes }) => {
  const matrices = inputs.flatMap((x) => {
    const dims = (x?.dims ?? []).map(Number)
    return x ? [{ dims, matrix: reshape(g, x, [dims[0]!, sizeOf(dims.slice(1))]), side: shorterSide(dims) }] : []
  })
  const side = Math.max(...matrices.map((each) => each.side))
  const grams = matrices.map((each) => filledUp(g, gramOf(g, each.matrix), side))
  const raw = grams.length > 1 ? g.op('Concat', grams, { axis: int(0) }) : grams[0]!
  const inverse = inverseNorms(g, raw, floating(attributes.epsilon))
  const root = g.constant(float32(Math.sqrt(COEFFICIENTS[2])))
  const gram = g.op('Mul', [raw, g.op('Mul', [g.op('Mul', [inverse, inverse]), root])])
  const factors = g.op('Mul', [iterated(g, gram, integer(attributes.steps)), inverse])
  const parts = grams.length > 1 ? g.ops('Split', [factors], { axis: int(0) }, { count: grams.length }) : [factors]
  return matrices.map(({ dims, matrix, side: own }, i) => {
    const factor = cutOut(g, reshape(g, parts[i]!, [side, side]), own)
    return reshape(g, g.op('Gemm', isTall(matrix) ? [matrix, factor] : [factor, matrix]), dims)
  })
}

const isTall = ({ dims: [rows, columns] }: Value) => Number(rows) >= Number(columns)

const gramOf = (g: GraphBuilder, matrix: Value) =>
  g.op('Gemm', [matrix, matrix], isTall(matrix) ? { transA: int(1) } : { transB: int(1) })

function filledUp(g: GraphBuilder, square: Value, side: number): Value {
  const missing = side - Number(square.dims[0])
  const filled = missing > 0 ? g.op('Pad', [square, g.constant(int64([0, 0, missing, missing]))]) : square
  return reshape(g, filled, [1, side, side])
}

function cutOut(g: GraphBuilder, square: Value, side: number): Value {
  if (square.dims[0] === side) return square
  return g.op('Slice', [square, g.constant(int64([0, 0])), g.constant(int64([side, side]))])
}

/** 1 / (‖X‖ + epsilon) of each: a Gram matrix's diagonal adds up to ‖X‖². */
function inverseNorms(g: GraphBuilder, grams: Value, epsilon: number): Value {
  const side = Number(grams.dims[1])
  const diagonal = g.op('Mul', [grams, g.constant(float32(unit(side), [side, side]))])
  const norm = g.op('Sqrt', [g.op('ReduceSum', [diagonal, g.constant(int64([1, 2]))], { keepdims: int(1) })])
  return g.op('Reciprocal', [g.op('Add', [norm, g.constant(float32(epsilon))])])
}

/** Π (aI + bG + cG²) over the iterations, of √c G: the factor is (√c G + b/2√c I)² + (a − b²/4c) I, and G and the factors commute. */
function iterated(g: GraphBuilder, start: Value, steps: number): Value {
  const [a, b, c] = COEFFICIENTS
  const side = Number(start.dims[1])
  const scaled = (by: number) =>
    g.constant(
      float32(
        unit(side).map((value) => value * by),
        [side, side],
      ),
    )
  const [shift, rest] = [scaled(b / (2 * Math.sqrt(c))), scaled(a - (b * b) / (4 * c))]
  const times = (left: Value, right: Value) => g.op('MatMul', [left, right])
  const factorOf = (gram: Value) => {
    const shifted = g.op('Add', [gram, shift])
    return g.op('Add', [times(shifted, shifted), rest])
  }
  let gram = start
  let last = factorOf(gram)
  let product = last
  for (let step = 1; step < steps; step++) {
    gram = times(times(gram, last), last)
    last = factorOf(gram)
    product = times(product, last)
  }
  return product
}

const unit = (side: number) => Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) ? 0 : 1))
