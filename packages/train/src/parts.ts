import type { Node } from '@pixelrow/onnx'

/** What a node of a step is for. */
export type Part = 'forward' | 'gradients' | 'optimizer'

/** The part of a step that a node belongs to: its name says it, `dense1/Gemm`, `dense1/Gemm:grad/MatMul`, `dense1/weight:update/Add`. */
export function partOf({ name }: Pick<Node, 'name'>): Part {
  if (/:update(\/|$)/.test(name)) return 'optimizer'
  return /:grad(\/|$)/.test(name) ? 'gradients' : 'forward'
}

/** The layer that a node belongs to, `residual3/layers/conv0`; undefined for one that is named after its operator alone. */
export function layerOf({ name, opType }: Pick<Node, 'name' | 'opType'>): string | undefined {
  const own = name.replace(/:(grad|update)(\/.*)?$/, '')
  const layer = own.split('/').slice(0, -1).join('/')
  return layer === '' || layer === opType ? undefined : layer
}
