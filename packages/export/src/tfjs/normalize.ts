import { type Dim, float, float32, int, type Tensor } from '@pixelrow/onnx'
import { nary, scalar, unary } from './elementwise.ts'
import { reduce } from './reduce.ts'
import { alike, constant, emit, fail, physical, type Signal, type Site, toPlain } from './signal.ts'

/** What a batch normalisation was trained to; each has one number a channel. */
export interface Statistics {
  mean: Tensor
  variance: Tensor
  gamma?: Tensor | undefined
  beta?: Tensor | undefined
  epsilon: number
}

/** Normalisation by the running statistics along one of tfjs' axes. */
export function batchNorm(site: Site, x: Signal, statistics: Statistics, axis: number): Signal {
  const channels = statistics.mean.dims[0]!
  const source = x.layout === 'flat' ? toPlain(site, x) : x
  if (source.dims.at(axis) !== channels) fail(site, `it has ${channels} channels, found an input [${x.dims}].`)
  if (physical(source, axis) !== 1) return scaled(site, source, statistics, axis)
  const ones = float32(new Float32Array(channels).fill(1))
  const zeros = float32(new Float32Array(channels))
  const { gamma = ones, beta = zeros, mean, variance, epsilon } = statistics
  const constants = Object.entries({ gamma, beta, mean, variance }).map(([name, tensor]) =>
    constant(site, name, tensor),
  )
  return alike(source, emit(site, 'BatchNormalization', [source.value, ...constants], { epsilon: float(epsilon) }))
}

/** The same as one factor and one term a channel, for an axis that ONNX's operator does not know. */
function scaled(site: Site, x: Signal, { mean, variance, gamma, beta, epsilon }: Statistics, axis: number): Signal {
  const factors = Float32Array.from(
    numbers(variance),
    (value, at) => (numbers(gamma)?.[at] ?? 1) / Math.sqrt(value + epsilon),
  )
  const terms = factors.map((factor, at) => (numbers(beta)[at] ?? 0) - numbers(mean)[at]! * factor)
  const dims = x.dims.map((_, each): number => (each === (axis + x.dims.length) % x.dims.length ? factors.length : 1))
  return nary(site, 'Add', [nary(site, 'Mul', [x, float32(factors, dims)]), float32(terms, dims)])
}

function numbers(tensor: Tensor | undefined): Float32Array {
  return (tensor?.data ?? []) as Float32Array
}

/** What a layer normalisation was trained to, in the shape of the axes that it normalises. */
export interface LayerStatistics {
  gamma?: Tensor | undefined
  beta?: Tensor | undefined
  epsilon: number
}

/** Normalisation of each sample by its own mean and variance along some of tfjs' axes. */
export function layerNorm(site: Site, x: Signal, statistics: LayerStatistics, axes: readonly number[]): Signal {
  const rank = x.dims.length
  const all = axes.map((axis) => (axis < 0 ? axis + rank : axis))
  const trailing = all.every((axis, at) => axis === rank - all.length + at)
  return trailing ? fusedLayerNorm(site, x, statistics, rank - all.length) : spelledLayerNorm(site, x, statistics, all)
}

function fusedLayerNorm(site: Site, x: Signal, { gamma, beta, epsilon }: LayerStatistics, axis: number): Signal {
  const source = toPlain(site, x)
  const dims = source.dims.slice(axis).map((dim: Dim) => (typeof dim === 'number' ? dim : unknown(site)))
  const ones = () => float32(new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(1), dims)
  const inputs = [source.value, constant(site, 'gamma', gamma ?? ones()), beta && constant(site, 'beta', beta)]
  return alike(source, emit(site, 'LayerNormalization', inputs, { axis: int(axis), epsilon: float(epsilon) }))
}

function unknown(site: Site): never {
  return fail(site, 'the sizes that it normalises are known only when it runs. Pass inputShapes.')
}

function spelledLayerNorm(
  site: Site,
  x: Signal,
  { gamma, beta, epsilon }: LayerStatistics,
  axes: readonly number[],
): Signal {
  const centered = nary(site, 'Sub', [x, reduce(site, 'Mean', x, axes, true)])
  const variance = reduce(site, 'Mean', nary(site, 'Mul', [centered, centered]), axes, true)
  const deviation = unary(site, 'Sqrt', nary(site, 'Add', [variance, scalar(epsilon)]))
  const normalized = nary(site, 'Div', [centered, deviation])
  const wide = (tensor: Tensor): Tensor => ({
    ...tensor,
    // Its axes stand in the order in which the layer names them; tfjs reshapes, and does not move them.
    dims: x.dims.map((_, axis) => (axes.includes(axis) ? (x.dims[axis] as number) : 1)),
  })
  const factor = gamma ? nary(site, 'Mul', [normalized, wide(gamma)]) : normalized
  return beta ? nary(site, 'Add', [factor, wide(beta)]) : factor
}
