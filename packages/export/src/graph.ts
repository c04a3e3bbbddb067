import type { Graph, Model, Node, Tensor, TensorType, ValueInfo } from '@pixelrow/onnx'

/** The inputs that a run must be given: old files list their weights among the inputs. */
export function inputsOf(graph: Graph): ValueInfo[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name))
  return graph.inputs.filter(({ name }) => !initializers.has(name))
}

/** The graphs inside a node: the branches of an If, the body of a Loop. */
export function bodiesOf({ attributes }: Node): Graph[] {
  return Object.values(attributes).flatMap((attribute) =>
    'graph' in attribute ? [attribute.graph] : 'graphs' in attribute ? attribute.graphs : [],
  )
}

/** The values that a node reads, those that the graphs inside it take from around them included. */
export function readsOf(node: Node): string[] {
  const inside = bodiesOf(node).flatMap((body) => [
    ...body.nodes.flatMap(readsOf),
    ...body.outputs.map(({ name }) => name),
  ])
  return [...node.inputs, ...inside].filter((name) => name !== '')
}

/** The constants of a graph, by name: initializers that no input of the same name can replace. */
export function constantsOf(graph: Graph): Map<string, Tensor> {
  const inputs = new Set(graph.inputs.map(({ name }) => name))
  const constants = graph.initializers.filter(({ name = '', extra }) => !inputs.has(name) && !extra?.external_data)
  return new Map(constants.map((tensor) => [tensor.name ?? '', tensor]))
}

/** The version of ONNX's own operators that a file asks for; 0 where it says none. */
export function opsetOf({ opsets }: Pick<Model, 'opsets'>): number {
  return opsets[''] ?? opsets['ai.onnx'] ?? 0
}

/** What is known of each value of a graph, by its name. */
export function valueTypes({ inputs, outputs, values = [], initializers }: Graph): Map<string, TensorType> {
  return new Map([
    ...[...inputs, ...outputs, ...values].map(({ name, type }): [string, TensorType] => [name, type]),
    ...initializers.map(({ name = '', dataType, dims }): [string, TensorType] => [name, { dataType, dims }]),
  ])
}

/** What a node is called in messages. */
export function labelOf({ name, opType, outputs }: Node): string {
  return `node ${JSON.stringify(name || outputs[0] || '')} (${opType})`
}

/** Whether an operator is one of ONNX's own. */
export function isOwn({ domain }: Node): boolean {
  return domain === '' || domain === 'ai.onnx'
}

/** Gives names that nothing in a graph or its bodies has: the one asked for, or with a number behind it. */
export function namer(graph: Graph): (wanted: string) => string {
  const taken = new Set(namesIn(graph))
  return (wanted) => {
    let name = wanted
    for (let count = 1; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    return name
  }
}

function namesIn({ nodes, inputs, initializers }: Graph): string[] {
  const inside = nodes.flatMap((node) => [...node.outputs, ...bodiesOf(node).flatMap(namesIn)])
  return [...inputs.map(({ name }) => name), ...initializers.map(({ name = '' }) => name), ...inside]
}
