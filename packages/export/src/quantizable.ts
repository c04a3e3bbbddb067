import { type Attribute, type Graph, type GraphView, type Node, readsOf, type Tensor } from '@pixelrow/onnx'
import { isOwn } from './graph.ts'

/** A convolution or matrix product with constant weights. */
export interface Product {
  node: Node
  /** The values that go in. */
  data: string
  weight: Tensor
  /** The weights' axis of output channels. */
  axis: number
  bias?: Tensor
}

/** What of a graph becomes int8. */
export interface Quantizable {
  products: Product[]
  /** The values between layers, each once, in the order of the nodes. */
  values: string[]
}

/** Operators that move values about and change none. */
const movers = new Set(['MaxPool', 'Reshape', 'Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'Identity'])

/** Whether a node gives nothing but values that it is given. */
export function isMover(node: Node): boolean {
  return movers.has(node.opType) && isOwn(node)
}

/** Functions that a product before them takes in: a range that ends at 0 does what Relu does. */
const clippers = new Set(['Relu', 'Clip'])

/**
 * Finds the products of a graph and the values to be int8: what goes into products, and what comes out of products and sums of
 * float32 numbers on the way to further ones. Sums of integers (places, sizes) stay what they are. The last product's result
 * stays float32: there the classes are close together.
 */
export function quantizableIn(view: GraphView): Quantizable {
  const { graph } = view
  const isFloat = (name: string) => !view.constant(name) && view.type(name)?.dataType === 'float32'
  const found = graph.nodes.flatMap((node) => productOf(node, view) ?? [])
  const products = found.filter(({ data }) => isFloat(sourceOf(data, view)))
  const values = new Set(products.map(({ data }) => sourceOf(data, view)))
  const isProduct = new Set(products.map(({ node }) => node))
  const leading = leadingTo(graph, isProduct)
  for (const node of graph.nodes) {
    if (!isProduct.has(node) && !(node.opType === 'Add' && isOwn(node))) continue
    const end = clipped(node.outputs[0]!, view)
    if (leading.has(end) && isFloat(end)) values.add(end)
  }
  return { products, values: [...values] }
}

function productOf(node: Node, { constant }: GraphView): Product | undefined {
  const [data = '', weightName = '', biasName = ''] = node.inputs
  const [weight, bias] = [constant(weightName), constant(biasName)]
  const axis = isOwn(node) ? channelAxis(node) : undefined
  if (weight?.dataType !== 'float32' || axis === undefined || constant(data)) return undefined
  if (node.opType === 'MatMul') return weight.dims.length === 2 ? { node, data, weight, axis } : undefined
  if (biasName === '') return { node, data, weight, axis }
  const fits = bias?.dataType === 'float32' && bias.dims.length === 1 && bias.dims[0] === weight.dims[axis]
  return fits ? { node, data, weight, axis, bias } : undefined
}

function channelAxis({ opType, attributes }: Node): number | undefined {
  if (opType === 'Conv') return 0
  if (opType === 'MatMul') return 1
  const whole = numberOf(attributes.alpha, 1) === 1 && numberOf(attributes.beta, 1) === 1
  if (opType !== 'Gemm' || !whole || numberOf(attributes.transA, 0) !== 0) return undefined
  return numberOf(attributes.transB, 0) === 0 ? 1 : 0
}

function numberOf(attribute: Attribute | undefined, fallback: number): number {
  if (attribute && 'int' in attribute) return Number(attribute.int)
  return attribute && 'float' in attribute ? attribute.float : fallback
}

/** The value that a value is a rearrangement of. */
function sourceOf(name: string, { producer }: GraphView): string {
  for (let node = producer(name); node && isMover(node); node = producer(name)) {
    name = node.inputs[0]!
  }
  return name
}

/** The values from which a product is reached. */
function leadingTo(graph: Graph, products: ReadonlySet<Node>): Set<string> {
  const leading = new Set<string>()
  for (const node of [...graph.nodes].reverse()) {
    if (products.has(node)) leading.add(node.inputs[0]!)
    else if (node.outputs.some((name) => leading.has(name))) for (const name of readsOf(node)) leading.add(name)
  }
  return leading
}

/** The value behind a function that is all that a value goes into, else the value itself; nothing takes in an output of the graph. */
function clipped(name: string, { readers, isOutput }: GraphView): string {
  const [reader, ...others] = isOutput(name) ? [] : readers(name)
  return reader && others.length === 0 && clippers.has(reader.opType) ? reader.outputs[0]! : name
}
