import { type Dim, type Graph, read, type ValueInfo } from '@pixelrow/onnx'

/** An input or output of a file. */
export interface Port {
  name: string
  dataType: string
  /** Sizes, and names of sizes that a run decides; none when the rank is unknown. */
  dims?: readonly Dim[]
}

/** What is in an ONNX file. */
export interface Description {
  inputs: Port[]
  outputs: Port[]
  /** How often each operator occurs, subgraphs included, by name; operators of other domains as `domain:Name`. */
  operators: Record<string, number>
  /** Number of values in the initializers. */
  parameters: number
  /** Size of the file. */
  bytes: number
  irVersion: number
  /** Operator-set version by domain; `''` is ONNX's own. */
  opsets: Record<string, number>
  producer: string
  metadata: Record<string, string>
}

/** Describes any ONNX file without running it. Throws an `OnnxError` when it is none. */
export function describe(bytes: Uint8Array): Description {
  const { graph, irVersion, opsets, producerName = '', metadata = {} } = read(bytes)
  const initializers = new Set(graph.initializers.map(({ name }) => name))
  return {
    // Old files list their weights among the inputs.
    inputs: graph.inputs.filter(({ name }) => !initializers.has(name)).map(portOf),
    outputs: graph.outputs.map(portOf),
    operators: countOperators(graph),
    parameters: graph.initializers.reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1), 0),
    bytes: bytes.length,
    irVersion,
    opsets,
    producer: producerName,
    metadata,
  }
}

function portOf({ name, type: { dataType, dims } }: ValueInfo): Port {
  return { name, dataType, ...(dims && { dims }) }
}

function countOperators(graph: Graph): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of operatorsOf(graph)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function operatorsOf(graph: Graph): string[] {
  return graph.nodes.flatMap(({ opType, domain, attributes }) => {
    const bodies = Object.values(attributes).flatMap((attribute) =>
      'graph' in attribute ? [attribute.graph] : 'graphs' in attribute ? attribute.graphs : [],
    )
    return [domain ? `${domain}:${opType}` : opType, ...bodies.flatMap(operatorsOf)]
  })
}
