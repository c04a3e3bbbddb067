import { float32, int, int64, sizeOf } from '@pixelrow/onnx'
import { floating, integer, integers } from '../../operators.ts'
import type { Lowering } from './lowering.ts'

/** The mask's bytes come in from outside, step by step: onnxruntime's own random operators keep a hidden state. */
export const seededMask: Lowering = ({ g, attributes, addMask }) => {
  const dims = integers(attributes.shape)
  const rate = floating(attributes.rate)
  const stream = integer(attributes.stream)
  const mask = { name: `mask_${stream}`, size: sizeOf(dims), rate, stream }
  addMask(mask)
  const kept = g.op('Cast', [g.input(mask.name, 'uint8', [mask.size])], { to: int(1) })
  const scaled = g.op('Mul', [kept, g.constant(float32(1 / (1 - rate)))])
  return [g.op('Reshape', [scaled, g.constant(int64(dims))])]
}
