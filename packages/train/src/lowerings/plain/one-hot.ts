import { float32, int, int32, int64 } from '@pixelrow/onnx'
import type { Lowering } from './lowering.ts'

/** Up to here the identity matrix, whose rows are the targets, is small enough to keep. */
const TABLE_CLASSES = 256

/** Takes rows of the identity matrix; with many classes compares each label with 0..K−1. */
export const oneHot: Lowering = ({ g, inputs: [labels], attributes: { classes } }) => {
  const size = classes && 'int' in classes ? Number(classes.int) : 0
  if (size <= TABLE_CLASSES) {
    const identity = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0))
    return [g.op('Gather', [g.constant(float32(identity, [size, size])), labels], { axis: int(0) })]
  }
  const column = g.op('Unsqueeze', [labels, g.constant(int64([1]))])
  const equal = g.op('Equal', [column, g.constant(int32(Array.from({ length: size }, (_, i) => i)))])
  return [g.op('Cast', [equal], { to: int(1) })]
}
