import type { Tensor } from '@pixelrow/onnx'
import type { Writer } from './writer.ts'

/** The weights of a file, found by their layer and their name in it. */
export interface WeightStore {
  /** Who wrote the file, where it says so. */
  writer: Writer | undefined
  /**
   * A layer's weight. Names are `layer/kernel`, with scopes before or between in some writers' files. In a .keras file they are the place
   * of the layer among those of its class, and the weight's in it: see `storesOf`. Equal names, as a live model may have, are given
   * in their order.
   */
  take(layer: string, weight: string, index: number): Tensor | undefined
  /** The same for what lies in a .keras file below this name. */
  inside(name: string): WeightStore
}

/** A weight's place in a .keras file: the layers that it is in, and its number there. */
const place = /^(.+)\/vars\/(\d+)$/

/** Folders of a .keras file that hold layers by their classes. */
const folders = new Set(['layers', '_layer_checkpoint_dependencies'])

export function weightStore(weights: Weights, writer?: Writer): WeightStore {
  return weights.some(([name]) => place.test(name)) ? byPlace(weights, writer) : byName(weights, writer)
}

type Weights = readonly [name: string, tensor: Tensor][]

function byPlace(weights: Weights, writer: Writer | undefined): WeightStore {
  const found = new Map(
    weights.flatMap(([name, tensor]): [string, Tensor][] => {
      const [, path, index] = name.replaceAll('\\', '/').match(place) ?? []
      if (path === undefined) return []
      const layers = path.split('/').filter((part) => !folders.has(part))
      return [[`${layers.join('/')} ${index}`, tensor]]
    }),
  )
  const at = (path: string): WeightStore => ({
    writer,
    take: (_, __, index) => found.get(`${path} ${index}`),
    inside: (name) => at(path ? `${path}/${name}` : name),
  })
  return at('')
}

function byName(weights: Weights, writer: Writer | undefined): WeightStore {
  const byKey = new Map<string, { name: string; tensor: Tensor }[]>()
  for (const [name, tensor] of weights) {
    const tokens = name.replace(/:\d+$/, '').split('/')
    const weight = tokens.pop()!
    for (const layer of new Set([...tokens, tokens.join('/')])) {
      const key = `${layer} ${weight}`
      byKey.set(key, [...(byKey.get(key) ?? []), { name, tensor }])
    }
  }
  const store: WeightStore = {
    writer,
    take: (layer, weight) => {
      const found = byKey.get(`${layer} ${weight}`) ?? []
      const exact = found.filter(({ name }) => name === `${layer}/${weight}`)
      const candidates = exact.length ? exact : found
      const [chosen] = candidates
      if (!chosen) return undefined
      // The last one stays: a shared layer takes it again.
      if (candidates.length > 1) found.splice(found.indexOf(chosen), 1)
      return chosen.tensor
    },
    inside: () => store,
  }
  return store
}

/**
 * The store of each layer of a model. Keras writes a .keras file's weights below the name of each layer's class with a number, in the order of the
 * layers (`dense`, `dense_1`), whatever the layers themselves are called.
 */
export function storesOf(entries: readonly unknown[], store: WeightStore): WeightStore[] {
  const used = new Map<string, number>()
  return entries.map((entry) => {
    const own = snakeCase(String((entry as { class_name?: unknown } | null)?.class_name))
    const count = used.get(own) ?? 0
    used.set(own, count + 1)
    return store.inside(count === 0 ? own : `${own}_${count}`)
  })
}

/** As Keras turns a class' name into a layer's: `Conv2DTranspose` is `conv2d_transpose`. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
