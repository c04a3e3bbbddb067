import { type GraphBuilder, int, int64, type Value } from '@pixelrow/onnx'

/** Sums a gradient over the axes along which its operand was broadcast, so that it has the operand's shape again. */
export function unbroadcast(g: GraphBuilder, gradient: Value, operand: Value): Value {
  const extra = gradient.dims.length - operand.dims.length
  const leading = Array.from({ length: extra }, (_, axis) => axis)
  const stretched = operand.dims.flatMap((dim, i) => (dim === 1 && gradient.dims[i + extra] !== 1 ? [i + extra] : []))
  let sum = gradient
  if (stretched.length > 0) sum = g.op('ReduceSum', [sum, g.constant(int64(stretched))], { keepdims: int(1) })
  if (leading.length > 0) sum = g.op('ReduceSum', [sum, g.constant(int64(leading))], { keepdims: int(0) })
  return sum
}
