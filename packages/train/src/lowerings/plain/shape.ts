import { type GraphBuilder, int64, ints, type Value } from '@pixelrow/onnx'

/** The same numbers under other dimensions. */
export function reshape(g: GraphBuilder, x: Value, dims: readonly number[]): Value {
  const same = x.dims.length === dims.length && dims.every((dim, i) => dim === x.dims[i])
  return same ? x : g.op('Reshape', [x, g.constant(int64([...dims]))])
}

/** Axes in another order; nothing where those that change places are of length 1. */
export function transpose(g: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const dims = x.dims.map(Number)
  const moved = perm.filter((axis) => dims[axis] !== 1)
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) {
    return reshape(
      g,
      x,
      perm.map((axis) => dims[axis]!),
    )
  }
  return g.op('Transpose', [x], { perm: ints([...perm]) })
}
