import { type GraphBuilder, int64, type Value } from '@pixelrow/onnx'

/** The names of a node and of its output. */
export function named(name: string, output: string): { name: string; outputs: string } {
  return { name, outputs: output }
}

/** Gives each image of `x` these dimensions. */
export function reshape(g: GraphBuilder, x: Value, dims: readonly number[], output: string): Value {
  // 0 keeps the batch's size.
  const shape = g.constant(int64([0, ...dims]), `${output}/shape`)
  return g.op('Reshape', [x, shape], {}, named(`${output}/Reshape`, output))
}
