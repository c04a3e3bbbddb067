import { float32, type GraphBuilder, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { floating } from '../../operators.ts'
import type { Lowering } from '../plain/lowering.ts'
import { reshape } from '../plain/shape.ts'
import { channelSum, valuesOfChannel } from './reduce.ts'

/** As plainly, but by sums of onnxruntime's own that keep the axes: fewer launches, none of them cuDNN's. */
export const batchNormTrain: Lowering = ({ g, inputs, attributes: { epsilon } }) => {
  const [x, weight, bias] = operands(inputs, 3, 'BatchNormTrain')
  const channels = Number(x.dims[1])
  const share = g.constant(float32(1 / valuesOfChannel(inputs, 'BatchNormTrain')))
  const mean = g.op('Mul', [channelSum(g, x), share])
  const centered = g.op('Sub', [x, mean])
  const variance = g.op('Mul', [channelSum(g, centered, { squared: true }), share])
  const std = g.op('Sqrt', [g.op('Add', [variance, g.constant(float32(floating(epsilon)))])])
  const inverseStd = g.op('Reciprocal', [std])
  const normalized = g.op('Mul', [centered, inverseStd])
  const y = g.op('Add', [g.op('Mul', [normalized, perChannel(g, weight, x)]), perChannel(g, bias, x)])
  return [y, normalized, ...[mean, variance, inverseStd].map((value) => reshape(g, value, [channels]))]
}

/** dx = weight · inverseStd · (dy − mean(dy) − normalized · mean(dy · normalized)). */
export const batchNormGrad: Lowering = ({ g, inputs }) => {
  const [dy, normalized, inverseStd, weight] = operands(inputs, 4, 'BatchNormGrad')
  const channels = Number(dy.dims[1])
  const share = g.constant(float32(1 / valuesOfChannel(inputs, 'BatchNormGrad')))
  const dbias = channelSum(g, dy)
  const dweight = channelSum(g, g.op('Mul', [dy, normalized]))
  const apart = g.op('Sub', [dy, g.op('Mul', [dbias, share])])
  const centered = g.op('Sub', [apart, g.op('Mul', [normalized, g.op('Mul', [dweight, share])])])
  const dx = g.op('Mul', [centered, perChannel(g, g.op('Mul', [weight, inverseStd]), dy)])
  return [dx, reshape(g, dweight, [channels]), reshape(g, dbias, [channels])]
}

/** A vector `[C]` in the shape that meets x channel by channel. */
const perChannel = (g: GraphBuilder, vector: Value, x: Value): Value =>
  x.dims.length > 2 ? reshape(g, vector, [1, Number(x.dims[1]), 1, 1]) : vector
