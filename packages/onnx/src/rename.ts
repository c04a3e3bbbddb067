import type { Attribute, Graph, Node, ValueInfo } from './types.ts'

/**
 * A copy of a graph in which the values that `names` has are called otherwise, wherever they stand, also in graphs within the graph that
 * take them from around. A new name must not be that of another value; the graph given stays as it is.
 */
export function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const of = (name: string) => names.get(name) ?? name
  const infos = (list: readonly ValueInfo[]) => list.map((info) => ({ ...info, name: of(info.name) }))
  const { nodes, inputs, outputs, initializers, values } = graph
  return {
    ...graph,
    nodes: nodes.map((node) => renamedNode(node, names)),
    inputs: infos(inputs),
    outputs: infos(outputs),
    initializers: initializers.map((tensor) =>
      tensor.name === undefined ? tensor : { ...tensor, name: of(tensor.name) },
    ),
    ...(values && { values: infos(values) }),
  }
}

function renamedNode(node: Node, names: ReadonlyMap<string, string>): Node {
  const of = (name: string) => names.get(name) ?? name
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [name, renamedBodies(attribute, names)]),
  )
  return { ...node, inputs: node.inputs.map(of), outputs: node.outputs.map(of), attributes }
}

function renamedBodies(attribute: Attribute, names: ReadonlyMap<string, string>): Attribute {
  if ('graph' in attribute) return { ...attribute, graph: renamed(attribute.graph, names) }
  if ('graphs' in attribute) return { ...attribute, graphs: attribute.graphs.map((graph) => renamed(graph, names)) }
  return attribute
}
