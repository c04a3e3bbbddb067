import type { Architecture, BatchNormLayer, Conv2dLayer, DenseLayer, Layer, Model, Tensor } from '@pixelrow/model'

/** A convolution or dense layer with the normalisation that directly follows it; dropout in between does nothing. */
export interface Pair {
  layer: Conv2dLayer | DenseLayer
  /** Where the layer is, as its weights' names have it: `3.layers.0`. */
  path: string
  norm: BatchNormLayer
  normPath: string
}

/** The normalisations of a network that can become part of the layer before them. */
export function pairsOf(layers: readonly Layer[], prefix = ''): Pair[] {
  return layers.flatMap((layer, index): Pair[] => {
    const path = `${prefix}${index}`
    if (layer.type === 'residual') {
      return [...pairsOf(layer.layers, `${path}.layers.`), ...pairsOf(layer.shortcut ?? [], `${path}.shortcut.`)]
    }
    const at = normAfter(layers, index)
    if (at === undefined || (layer.type !== 'conv2d' && layer.type !== 'dense')) return []
    return [{ layer, path, norm: layers[at] as BatchNormLayer, normPath: `${prefix}${at}` }]
  })
}

function normAfter(layers: readonly Layer[], index: number): number | undefined {
  let at = index + 1
  while (layers[at]?.type === 'dropout') at++
  return layers[at]?.type === 'batchNorm' ? at : undefined
}

/**
 * The same function with fewer layers: each normalisation of `pairsOf` is multiplied into the weights before it (Jacob et
 * al. 2018, arXiv:1712.05877, section 3.2), in float64 and rounded once. Layers and weights keep their places and names.
 */
export function fold({ architecture, weights, ...rest }: Model): Model {
  const pairs = pairsOf(architecture.layers)
  const folded: Record<string, Tensor> = { ...weights }
  for (const pair of pairs) Object.assign(folded, foldedWeights(pair, weights))
  const gone = pairs.flatMap(({ normPath }) => normParameters.map((name) => `${normPath}.${name}`))
  for (const name of gone) delete folded[name]
  return { ...rest, architecture: foldedArchitecture(architecture), weights: folded }
}

/** The architecture of the folded model. */
export function foldedArchitecture(architecture: Architecture): Architecture {
  return { ...architecture, layers: withoutNorms(architecture.layers, '', pairsOf(architecture.layers)) }
}

/** The names of a normalisation's parameters. */
export const normParameters = ['weight', 'bias', 'runningMean', 'runningVariance'] as const

function foldedWeights({ layer, path, norm, normPath }: Pair, weights: Record<string, Tensor>): Record<string, Tensor> {
  const { dims, data } = weights[`${path}.weight`]!
  const scales = scalesOf(norm, normPath, weights)
  const [shift, mean] = [weights[`${normPath}.bias`]!.data, weights[`${normPath}.runningMean`]!.data]
  const before = weights[`${path}.bias`]?.data
  const channel = channelOf(layer, dims)
  return {
    [`${path}.weight`]: { dims, data: data.map((value, at) => value * scales[channel(at)]!) },
    [`${path}.bias`]: {
      dims: [scales.length],
      data: shift.map((value, at) => ((before?.[at] ?? 0) - mean[at]!) * scales[at]! + value),
    },
  }
}

/** What a normalisation multiplies each channel by. */
export function scalesOf({ epsilon = 1e-5 }: BatchNormLayer, path: string, weights: Record<string, Tensor>): number[] {
  const variance = weights[`${path}.runningVariance`]!.data
  return Array.from(weights[`${path}.weight`]!.data, (gain, at) => gain / Math.sqrt(variance[at]! + epsilon))
}

/** The output channel that a weight belongs to, by its place: `[filters, …]` or `[inputs, units]`. */
export function channelOf({ type }: Pair['layer'], dims: readonly number[]): (at: number) => number {
  const size = dims.slice(1).reduce((product, dim) => product * dim, 1)
  return type === 'conv2d' ? (at) => Math.floor(at / size) : (at) => at % size
}

/** A normalisation's place is kept by a layer that does nothing, so that those after it keep their names. */
function withoutNorms(layers: readonly Layer[], prefix: string, pairs: readonly Pair[]): Layer[] {
  return layers.map((layer, index): Layer => {
    const path = `${prefix}${index}`
    if (pairs.some(({ normPath }) => normPath === path)) return { type: 'dropout', rate: 0 }
    if (pairs.some((pair) => pair.path === path)) return { ...layer, bias: true } as Layer
    if (layer.type !== 'residual') return layer
    const { layers: inner, shortcut } = layer
    return {
      ...layer,
      layers: withoutNorms(inner, `${path}.layers.`, pairs),
      ...(shortcut && { shortcut: withoutNorms(shortcut, `${path}.shortcut.`, pairs) }),
    }
  })
}
