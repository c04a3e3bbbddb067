import { type Graph, type GraphView, viewOf } from '@pixelrow/onnx'
import { required } from '../../../required.ts'

/** A view of a step's graph, where every dimension is a number. */
export interface Shapes extends Omit<GraphView, 'dims'> {
  dims(name: string): number[]
}

export function shapesOf(graph: Graph): Shapes {
  const view = viewOf(graph)
  return { ...view, dims: (name) => required({ get: view.dims }, name, 'value with a shape').map(Number) }
}
