import type { Dim, Graph, Node, Tensor, TensorType } from './types.ts'

/**
 * What is around each value of a graph, found once: who makes it, who reads it, what is known of it. A view is of the graph as it was
 * given; a name that the graph does not have has no producer, no readers and no type.
 */
export interface GraphView {
  readonly graph: Graph
  /** The node that gives a value; undefined for inputs, initializers and unknown names. */
  producer(name: string): Node | undefined
  /** The nodes that read a value, each once and in order; a node with a graph inside also reads what that takes from around it. */
  readers(name: string): readonly Node[]
  /** How often a value is read, as an input of a node (each place counts) or as an output of the graph. */
  uses(name: string): number
  /** Whether a value is an output of the graph. */
  isOutput(name: string): boolean
  /** The tensor of an initializer that no input of the same name can replace and whose data is in the model. */
  constant(name: string): Tensor | undefined
  /** The constants by name, in order. */
  readonly constants: ReadonlyMap<string, Tensor>
  /** Element type and dimensions, as far as the graph states them (`inferShapes` states what follows from the operators). */
  type(name: string): TensorType | undefined
  /** Dimensions; undefined where the graph states none. */
  dims(name: string): readonly Dim[] | undefined
}

/** A view of a graph. Bodies of Loop and If are not looked into, but for what they read of this graph. */
export function viewOf(graph: Graph): GraphView {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  producers.delete('')
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const constants = constantsOf(graph)
  const types = typesOf(graph)
  const { readers, uses } = readingOf(graph)
  return {
    graph,
    constants,
    producer: (name) => producers.get(name),
    readers: (name) => readers.get(name) ?? [],
    uses: (name) => uses.get(name) ?? 0,
    isOutput: (name) => outputs.has(name),
    constant: (name) => constants.get(name),
    type: (name) => types.get(name),
    dims: (name) => types.get(name)?.dims,
  }
}

/** The graphs inside a node: the branches of an If, the body of a Loop. */
export function bodiesOf({ attributes }: Pick<Node, 'attributes'>): Graph[] {
  return Object.values(attributes).flatMap((attribute) =>
    'graph' in attribute ? [attribute.graph] : 'graphs' in attribute ? attribute.graphs : [],
  )
}

/** The values that a node reads, once for each place, those that the graphs inside it may take from around them included. */
export function readsOf(node: Node): string[] {
  const inside = bodiesOf(node).flatMap((body) => [
    ...body.nodes.flatMap(readsOf),
    ...body.outputs.map(({ name }) => name),
  ])
  return [...node.inputs, ...inside].filter((name) => name !== '')
}

function readingOf({ nodes, outputs }: Graph): { readers: Map<string, Node[]>; uses: Map<string, number> } {
  const readers = new Map<string, Node[]>()
  const uses = new Map<string, number>()
  const count = (name: string) => void uses.set(name, (uses.get(name) ?? 0) + 1)
  for (const node of nodes) {
    const reads = readsOf(node)
    reads.forEach(count)
    for (const name of new Set(reads)) {
      const others = readers.get(name)
      if (others) others.push(node)
      else readers.set(name, [node])
    }
  }
  for (const { name } of outputs) count(name)
  return { readers, uses }
}

function constantsOf({ inputs, initializers }: Graph): Map<string, Tensor> {
  const given = new Set(inputs.map(({ name }) => name))
  const constants = initializers.filter(({ name = '', extra }) => !given.has(name) && !extra?.external_data)
  return new Map(constants.map((tensor) => [tensor.name ?? '', tensor]))
}

function typesOf({ inputs, outputs, values = [], initializers }: Graph): Map<string, TensorType> {
  return new Map([
    ...[...inputs, ...outputs, ...values].map(({ name, type }): [string, TensorType] => [name, type]),
    ...initializers.map(({ name = '', dataType, dims }): [string, TensorType] => [name, { dataType, dims }]),
  ])
}
