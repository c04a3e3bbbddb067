import { int, int32, int64 } from '@pixelrow/onnx'
import type { Lowering } from './index.ts'

/** Compares each label with 0..K−1. (ONNX's OneHot has no GPU kernel in onnxruntime's WebGPU provider.) */
export const oneHot: Lowering = ({ g, inputs: [labels], attributes: { classes } }) => {
  const size = classes && 'int' in classes ? Number(classes.int) : 0
  const column = g.op('Unsqueeze', [labels, g.constant(int64([1]))])
  const equal = g.op('Equal', [column, g.constant(int32(Array.from({ length: size }, (_, i) => i)))])
  return [g.op('Cast', [equal], { to: int(1) })]
}
