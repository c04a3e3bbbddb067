import type { ModelDescription } from '@pixelrow/classifier'
import { type Model, read } from '@pixelrow/onnx'

/** Products a row, from which on another device than the CPU is tried: a core does as many in some ten microseconds. */
export const LARGE_MODEL = 500_000

/**
 * At most how many products a row takes, by the sizes of the weights: one each, and in a convolution one at each pixel of the image. A file that cannot be
 * read is as large as any.
 */
export function productsOf(bytes: Uint8Array, { shape }: ModelDescription): number {
  const graph = graphOf(bytes)
  if (!graph) return Infinity
  const convolved = new Set(graph.nodes.flatMap(({ opType, inputs }) => (opType.includes('Conv') ? inputs : [])))
  const pixels = shape.height * shape.width
  return graph.initializers.reduce((sum, { name = '', dims }) => {
    return sum + dims.reduce((a, b) => a * b, 1) * (convolved.has(name) ? pixels : 1)
  }, 0)
}

function graphOf(bytes: Uint8Array): Model['graph'] | undefined {
  try {
    return read(bytes).graph
  } catch {
    return undefined
  }
}
