import { float32, type GraphBuilder, int, int64, sizeOf, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { floating } from '../../operators.ts'
import type { Lowering } from './lowering.ts'

/** (x − mean) / √(variance + epsilon) · weight + bias, over the batch and, for images, their pixels. */
export const batchNormTrain: Lowering = ({ g, inputs, attributes: { epsilon } }) => {
  const [x, weight, bias] = operands(inputs, 3, 'BatchNormTrain')
  const mean = channelMean(g, x)
  const centered = g.op('Sub', [x, perChannel(g, mean, x)])
  const variance = channelMean(g, g.op('Mul', [centered, centered]))
  const std = g.op('Sqrt', [g.op('Add', [variance, g.constant(float32(floating(epsilon)))])])
  const inverseStd = g.op('Reciprocal', [std])
  const normalized = g.op('Mul', [centered, perChannel(g, inverseStd, x)])
  const scaled = g.op('Mul', [normalized, perChannel(g, weight, x)])
  return [g.op('Add', [scaled, perChannel(g, bias, x)]), normalized, mean, variance, inverseStd]
}

/** dx = weight · inverseStd · (dy − mean(dy) − normalized · mean(dy · normalized)); Ioffe & Szegedy 2015, in its short form. */
export const batchNormGrad: Lowering = ({ g, inputs }) => {
  const [dy, normalized, inverseStd, weight] = operands(inputs, 4, 'BatchNormGrad')
  const dims = dy.dims.map(Number)
  const count = sizeOf(dims) / dims[1]!
  const meanGradient = channelMean(g, dy)
  const meanProduct = channelMean(g, g.op('Mul', [dy, normalized]))
  const correction = g.op('Mul', [normalized, perChannel(g, meanProduct, dy)])
  const centered = g.op('Sub', [g.op('Sub', [dy, perChannel(g, meanGradient, dy)]), correction])
  const dx = g.op('Mul', [centered, perChannel(g, g.op('Mul', [weight, inverseStd]), dy)])
  const total = (mean: Value) => g.op('Mul', [mean, g.constant(float32(count))])
  return [dx, total(meanProduct), total(meanGradient)]
}

/** The mean of each channel: over an image's pixels first, since one reduction over axes that are apart is slow. */
function channelMean(g: GraphBuilder, x: Value): Value {
  const [batch, channels] = x.dims.map(Number) as [number, number]
  const image = x.dims.length > 2
  const perImage = image ? g.op('Reshape', [g.op('GlobalAveragePool', [x]), g.constant(int64([batch, channels]))]) : x
  const sum = g.op('ReduceSum', [perImage, g.constant(int64([0]))], { keepdims: int(0) })
  return g.op('Mul', [sum, g.constant(float32(1 / batch))])
}

/** A vector `[C]` in the shape that multiplies x channel by channel. */
function perChannel(g: GraphBuilder, vector: Value, x: Value): Value {
  return x.dims.length > 2 ? g.op('Reshape', [vector, g.constant(int64([1, Number(x.dims[1]), 1, 1]))]) : vector
}
