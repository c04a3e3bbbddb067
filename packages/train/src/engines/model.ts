import type { Graph, Model } from '@pixelrow/onnx'
import { NCHWC } from '../lowerings/cpu/blocks/layout.ts'

const OPSET = 17

/** A graph of plain ONNX operators as a model. */
export function asModel(graph: Graph): Model {
  return { irVersion: 8, opsets: { '': OPSET, [NCHWC]: 1 }, graph, producerName: 'pixelrow' }
}
