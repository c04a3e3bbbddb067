import type { Graph, ValueInfo } from '@pixelrow/onnx'

/** The graph for a number of rows in place of any. */
export function withRows(graph: Graph, rows: number): Graph {
  const fixed = (infos: readonly ValueInfo[]) =>
    infos.map(({ name, type }) => ({
      name,
      type: { ...type, dims: type.dims?.map((dim) => (dim === 'N' ? rows : dim)) },
    }))
  const { inputs, outputs, values = [] } = graph
  return { ...graph, inputs: fixed(inputs), outputs: fixed(outputs), values: fixed(values) }
}
