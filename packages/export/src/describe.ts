import { bodiesOf, type Dim, externalFiles, type Graph, read, sizeOf, type ValueInfo } from '@pixelrow/onnx'
import { inputsOf } from './graph.ts'
import { requireBytes } from './whole.ts'

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
  /** Those in the file by their type: how many values, and the bytes that they take. */
  weights: Record<string, { values: number; bytes: number }>
  /** Size of the file. */
  bytes: number
  /** Names of the files beside this one in which there are weights, in graphs within the graph too. */
  external: string[]
  irVersion: number
  /** Operator-set version by domain; `''` is ONNX's own. */
  opsets: Record<string, number>
  producer: string
  metadata: Record<string, string>
}

/** Describes any ONNX file without running it. Throws an `OnnxError` when it is none, with the byte where it is damaged. */
export function describe(bytes: Uint8Array): Description {
  requireBytes(bytes)
  const { graph, irVersion, opsets, producerName = '', metadata = {} } = read(bytes)
  return {
    inputs: inputsOf(graph).map(portOf),
    outputs: graph.outputs.map(portOf),
    operators: countOperators(graph),
    parameters: graph.initializers.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
    weights: weightsOf(graph),
    bytes: bytes.length,
    external: externalFiles(bytes),
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
  return sorted(counts)
}

function sorted<T>(entries: Map<string, T>): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function operatorsOf(graph: Graph): string[] {
  return graph.nodes.flatMap((node) => {
    const name = node.domain ? `${node.domain}:${node.opType}` : node.opType
    return [name, ...bodiesOf(node).flatMap(operatorsOf)]
  })
}

function weightsOf({ initializers }: Graph): Description['weights'] {
  const found = new Map<string, { values: number; bytes: number }>()
  for (const { dataType, dims, data } of initializers) {
    const { values, bytes } = found.get(dataType) ?? { values: 0, bytes: 0 }
    const size = Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength
    if (data.length) found.set(dataType, { values: values + sizeOf(dims), bytes: bytes + size })
  }
  return sorted(found)
}
