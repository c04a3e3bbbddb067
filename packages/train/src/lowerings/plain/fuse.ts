import { type Graph, type GraphView, type Node, viewOf } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'

/**
 * Rewrites a graph of plain operators so that fewer passes over memory are left. What is computed stays the same but for the
 * order of rounding. Each rule replaces one node; nodes that nobody reads any more fall away.
 */
export function fuse(graph: Graph): Graph {
  const scaled = rewrite(graph, scaleIntoGemm)
  return prune(rewrite(scaled, addIntoGemm))
}

type Rule = (node: Node, view: GraphView) => Node

function rewrite(graph: Graph, rule: Rule): Graph {
  const view = viewOf(graph)
  return { ...graph, nodes: graph.nodes.map((node) => rule(node, view)) }
}

/** Gemm(c · x, w) → Gemm(x, w) with alpha · c: matrices of raw bytes need no pass of their own to be scaled. */
const scaleIntoGemm: Rule = (node, { producer, constant }) => {
  if (node.opType !== 'Gemm') return node
  let alpha = numberOf(node, 'alpha', 1)
  const inputs = node.inputs.map((name, i) => {
    const source = producer(name)
    if (source?.opType !== 'Mul' || i >= 2) return name
    const [scaled, by] = operands(source.inputs, 2, 'Mul')
    const factor = constant(by)
    if (factor?.data.length !== 1 || factor.dims.length > 0) return name
    alpha *= Number(factor.data[0])
    return scaled
  })
  return { ...node, inputs, attributes: { ...node.attributes, ...(alpha !== 1 && { alpha: { float: alpha } }) } }
}

/** w + Gemm(x, y) → Gemm(x, y, w): the sum is made while the product is written. */
const addIntoGemm: Rule = (node, { producer, uses, dims }) => {
  if (node.opType !== 'Add') return node
  const [sum, product] = node.inputs as [string, string]
  const gemm = producer(product)
  const fits =
    gemm?.opType === 'Gemm' &&
    gemm.inputs.length === 2 &&
    uses(product) === 1 &&
    String(dims(sum)) === String(dims(product))
  return fits ? { ...gemm, name: node.name, inputs: [...gemm.inputs, sum], outputs: node.outputs } : node
}

function numberOf({ attributes }: Node, name: string, otherwise: number): number {
  const attribute = attributes[name]
  return attribute && 'float' in attribute ? attribute.float : otherwise
}

/** Drops nodes and constants that no output depends on. */
function prune(graph: Graph): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name))
  const nodes = [...graph.nodes]
    .reverse()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((name) => wanted.has(name))) return false
      for (const name of inputs) wanted.add(name)
      return true
    })
    .reverse()
  const isWanted = ({ name = '' }: { name?: string }) => wanted.has(name)
  return { ...graph, nodes, initializers: graph.initializers.filter(isWanted), values: graph.values?.filter(isWanted) }
}
