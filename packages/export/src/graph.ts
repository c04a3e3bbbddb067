import { bodiesOf, type Graph, type Model, type Node, type ValueInfo } from '@pixelrow/onnx'

/** The inputs that a run must be given: old files list their weights among the inputs. */
export function inputsOf(graph: Graph): ValueInfo[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name))
  return graph.inputs.filter(({ name }) => !initializers.has(name))
}

/** The version of ONNX's own operators that a file asks for; 0 where it says none. */
export function opsetOf({ opsets }: Pick<Model, 'opsets'>): number {
  return opsets[''] ?? opsets['ai.onnx'] ?? 0
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
