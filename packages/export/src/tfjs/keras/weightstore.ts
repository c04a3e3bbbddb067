import type { Tensor } from '@pixelrow/onnx'

/** The weights of a file, found by their layer and their name in it. */
export interface WeightStore {
  /**
   * A layer's weight. Names are `layer/kernel`, with scopes before or between in some writers' files, or the place in
   * the layer (`layer/vars/0`) in Keras 3's. Equal names, as a live model may have, are given in their order.
   */
  take(layer: string, weight: string, index: number): Tensor | undefined
}

export function weightStore(weights: readonly [name: string, tensor: Tensor][]): WeightStore {
  const byKey = new Map<string, { name: string; tensor: Tensor }[]>()
  for (const [name, tensor] of weights) {
    const tokens = name.replace(/:\d+$/, '').split('/')
    const weight = tokens.pop()!
    for (const layer of new Set([...tokens, tokens.join('/')])) {
      const key = `${layer} ${weight}`
      byKey.set(key, [...(byKey.get(key) ?? []), { name, tensor }])
    }
  }
  const next = (layer: string, weight: string): Tensor | undefined => {
    const found = byKey.get(`${layer} ${weight}`)
    if (!found) return undefined
    const exact = found.filter(({ name }) => name === `${layer}/${weight}`)
    const candidates = exact.length ? exact : found
    const [chosen] = candidates
    // The last one stays: a shared layer takes it again.
    if (candidates.length > 1) found.splice(found.indexOf(chosen!), 1)
    return chosen!.tensor
  }
  return { take: (layer, weight, index) => next(layer, weight) ?? next(layer, String(index)) }
}
