import type { Node } from '@pixelrow/onnx'

/** What a node of a step is for. */
export type Part = 'forward' | 'gradients' | 'optimizer'

/**
 * The part of a step that a node belongs to, by its name: `dense1/Gemm`, `dense1/Gemm:grad/MatMul`, `dense1/weight:update/Add`. Undefined for what is
 * named after no layer: nodes that take the state of horizontal fusions apart or update it, and those that give a value the name of an output.
 */
export function partOf({ name }: Pick<Node, 'name'>): Part | undefined {
  if (!name.includes('/') || /^fused_\d+\//.test(name)) return undefined
  if (name.includes(':update/')) return 'optimizer'
  return name.includes(':grad/') ? 'gradients' : 'forward'
}

/** Where each part of a step begins, by the place of its first node; of what is named after no layer, all behind the gradients is the optimiser's. */
export function beginningsOf(nodes: readonly Node[]): Partial<Record<Part, number>> {
  const parts = nodes.map(partOf)
  const behind = parts.lastIndexOf('gradients') + 1
  const updates = nodes.findIndex(({ opType }, at) => at >= behind && opType !== 'Identity' && parts[at] !== 'forward')
  const places = { forward: 0, gradients: parts.indexOf('gradients'), optimizer: updates }
  return Object.fromEntries(Object.entries(places).filter(([, at]) => at >= 0))
}

/** The layer that a node belongs to, such as `residual3/layers/conv0`, or `input` or `loss`; undefined for a node of none. */
export function layerOf({ name }: Pick<Node, 'name'>): string | undefined {
  const own = name.replace(/:(grad|update)\/.*$/, '')
  return own.includes('/') ? own.slice(0, own.lastIndexOf('/')) : undefined
}
