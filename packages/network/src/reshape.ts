import { type GraphBuilder, int64, type Value } from '@pixelrow/onnx'

/** Gives each image of `x` these dimensions; the batch keeps its size. The result is called `output`. */
export function reshape(g: GraphBuilder, x: Value, dims: readonly number[], output: string): Value {
  // 0 keeps the batch's size.
  const shape = g.constant(int64([0, ...dims]), `${output}/shape`)
  return g.op('Reshape', [x, shape], {}, { outputs: output, name: `${output}/Reshape` })
}
