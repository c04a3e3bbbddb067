import type { Graph, Node } from '@pixelrow/onnx'

/** Products, which are most of a step's time. */
const products = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul'])

/** ONNX's numbers of the two types. */
const FLOAT = 1
const FLOAT16 = 10

/**
 * A lowered step whose products take and give float16. All else stays float32: weights, sums over a batch, statistics, the optimiser with its own products,
 * and what is added to a product.
 */
export function withHalfProducts(graph: Graph): Graph {
  const halves = new Map<string, string>()
  const nodes = graph.nodes.flatMap((node) => (isProduct(node) ? inHalf(node, halves) : [node]))
  return { ...graph, nodes }
}

/** An optimiser's nodes are named after the update that they are of. */
const isProduct = ({ domain, opType, name }: Node) => domain === '' && products.has(opType) && !name.includes(':update')

function inHalf(node: Node, halves: Map<string, string>): Node[] {
  const { inputs, outputs, name, opType } = node
  const nodes: Node[] = []
  // What a Gemm adds may be a weight that is carried on: it must not be rounded.
  const [factors, added] = opType === 'Gemm' ? [inputs.slice(0, 2), inputs[2]] : [inputs, undefined]
  const cast = (input: string): string => {
    if (!input) return input
    const known = halves.get(input)
    if (known) return known
    const half = `${input}:half`
    halves.set(input, half)
    nodes.push(castNode(input, half, FLOAT16))
    return half
  }
  const [output] = outputs
  const product = `${output}:half:product`
  const { beta, ...attributes } = node.attributes
  nodes.push({ ...node, inputs: factors.map(cast), outputs: [product], attributes })
  const plain = added ? `${output}:float` : output!
  nodes.push(castNode(product, plain, FLOAT))
  if (!added) return nodes
  return [...nodes, ...sumOf({ name, plain, added, beta, output: output! })]
}

interface Sum {
  name: string
  plain: string
  added: string
  beta: Node['attributes'][string] | undefined
  output: string
}

/** `plain + beta · added`, in float32. */
function sumOf({ name, plain, added, beta, output }: Sum): Node[] {
  const add = (inputs: string[]): Node => operator('Add', `${name}:sum`, inputs, [output])
  if (!beta || !('float' in beta) || beta.float === 1) return [add([plain, added])]
  const scaled = `${output}:added`
  const constant = `${output}:beta`
  const tensor = { name: constant, dataType: 'float32' as const, dims: [], data: Float32Array.of(beta.float) }
  return [
    { ...operator('Constant', constant, [], [constant]), attributes: { value: { tensor } } },
    operator('Mul', scaled, [added, constant], [scaled]),
    add([plain, scaled]),
  ]
}

const castNode = (input: string, output: string, to: number): Node => ({
  ...operator('Cast', `${output}/Cast`, [input], [output]),
  attributes: { to: { int: to } },
})

const operator = (opType: string, name: string, inputs: string[], outputs: string[]): Node => ({
  opType,
  domain: '',
  name,
  inputs,
  outputs,
  attributes: {},
})
