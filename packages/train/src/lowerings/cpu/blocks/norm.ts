import { float32, type GraphBuilder, int, ints, type Value } from '@pixelrow/onnx'
import { reshape } from '../../plain/shape.ts'
import type { Extent } from './images.ts'
import { nchwc } from './layout.ts'
import { channelSums } from './pool.ts'

/** What the gradient of a batch normalisation takes from its forward pass. */
export interface Normalized {
  /** x − mean, as images. */
  centered: Value
  /** `[C]`. */
  inverseStd: Value
}

/** x · factor + offset channel by channel, both `[C]`, plus other images, then relu where asked for: one pass of a convolution of 1 × 1. */
export function perChannel(
  g: GraphBuilder,
  x: Value,
  { factor, offset, sum, relu = false }: { factor: Value; offset?: Value; sum?: Value; relu?: boolean },
): Value {
  const channels = Number(factor.dims[0])
  const weight = reshape(g, factor, [channels, 1, 1, 1])
  const attributes = {
    kernel_shape: ints([1, 1]),
    group: int(channels),
    ...(relu && { activation: { string: 'Relu' } }),
  }
  return nchwc(g, 'Conv', [x, weight, offset, sum], attributes, x.dims.map(Number))
}

/** Batch normalisation by the batch's own mean and variance `[C]`; `y` with relu where asked for. */
export function batchNorm(
  g: GraphBuilder,
  { x, weight, bias, epsilon, relu }: { x: Value; weight: Value; bias: Value; epsilon: number; relu: boolean },
  { extent, block }: { extent: Extent; block: number },
) {
  const mean = channelMeans(g, x, extent, block)
  const ones = g.constant(float32(new Float32Array(extent.channels).fill(1), [extent.channels]))
  const centered = perChannel(g, x, { factor: ones, offset: g.op('Neg', [mean]) })
  const variance = channelMeans(g, g.op('Mul', [centered, centered]), extent, block)
  const inverseStd = g.op('Reciprocal', [g.op('Sqrt', [g.op('Add', [variance, g.constant(float32(epsilon))])])])
  const y = perChannel(g, centered, { factor: g.op('Mul', [weight, inverseStd]), offset: bias, relu })
  return { y, mean, variance, centered, inverseStd }
}

/**
 * dx = weight · inverseStd · (dy − mean(dy) − normalized · mean(dy · normalized)), as one number by which dy, one by which the centred
 * images are multiplied and one that is added; with the gradients by weight and bias.
 */
export function batchNormGrad(
  g: GraphBuilder,
  { dy, weight, centered, inverseStd }: Normalized & { dy: Value; weight: Value },
  { extent, block }: { extent: Extent; block: number },
): { dx: Value; dWeight: Value; dBias: Value } {
  const count = g.constant(float32(extent.batch * extent.height * extent.width))
  const meanGradient = channelMeans(g, dy, extent, block)
  const meanProduct = g.op('Mul', [channelMeans(g, g.op('Mul', [dy, centered]), extent, block), inverseStd])
  const factor = g.op('Mul', [weight, inverseStd])
  const ofCentered = g.op('Neg', [g.op('Mul', [g.op('Mul', [factor, inverseStd]), meanProduct])])
  const offset = g.op('Neg', [g.op('Mul', [factor, meanGradient])])
  const dx = perChannel(g, dy, { factor, offset, sum: perChannel(g, centered, { factor: ofCentered }) })
  return { dx, dWeight: g.op('Mul', [meanProduct, count]), dBias: g.op('Mul', [meanGradient, count]) }
}

function channelMeans(g: GraphBuilder, x: Value, extent: Extent, block: number): Value {
  const { batch, height, width } = extent
  return g.op('Mul', [channelSums(g, x, extent, block), g.constant(float32(1 / (batch * height * width)))])
}
