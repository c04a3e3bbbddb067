import { type GraphBuilder, sizeOf, type Value } from '@pixelrow/onnx'
import { newtonSchulz } from '../../plain/orthogonalize.ts'
import { reshape, transpose } from '../../plain/shape.ts'

/** Orthogonalises filters `[K/b][…][b k]`: the order of what a filter sums over makes no difference. */
export function orthogonalizeFilters(
  g: GraphBuilder,
  x: Value,
  { block, steps, epsilon }: { block: number; steps: number; epsilon: number },
): Value {
  const dims = x.dims.map(Number)
  const [filters, fan] = [dims[0]!, sizeOf(dims.slice(1))]
  const blocks = reshape(g, x, [filters / block, fan, block])
  const matrix = reshape(g, transpose(g, blocks, [1, 0, 2]), [fan, filters])
  const result = newtonSchulz(g, matrix, { steps, epsilon })
  return reshape(g, transpose(g, reshape(g, result, [fan, filters / block, block]), [1, 0, 2]), dims)
}
