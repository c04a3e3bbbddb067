import { operands } from '../../operands.ts'
import { floating } from '../../operators.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'
import type { Form } from './form.ts'

/** (x − mean) / √(variance + epsilon) · weight + bias, over the batch and, for images, their pixels. */
const batchNormTrain: Form = ({ ops, inputs, attributes: { epsilon } }) => {
  const [x, weight, bias] = operands(inputs, 3, 'BatchNormTrain')
  const mean = channelMean(ops, x)
  const centered = ops.sub(x, perChannel(ops, mean, x))
  const variance = channelMean(ops, ops.mul(centered, centered))
  const inverseStd = ops.run('Reciprocal', { x: ops.sqrt(ops.add(variance, ops.scalar(floating(epsilon)))) })
  const normalized = ops.mul(centered, perChannel(ops, inverseStd, x))
  const y = ops.add(ops.mul(normalized, perChannel(ops, weight, x)), perChannel(ops, bias, x))
  return [y, normalized, mean, variance, inverseStd]
}

/** dx = weight · inverseStd · (dy − mean(dy) − normalized · mean(dy · normalized)); Ioffe & Szegedy 2015, in its short form. */
const batchNormGrad: Form = ({ ops, inputs }) => {
  const [dy, normalized, inverseStd, weight] = operands(inputs, 4, 'BatchNormGrad')
  const meanGradient = channelMean(ops, dy)
  const meanProduct = channelMean(ops, ops.mul(dy, normalized))
  const correction = ops.mul(normalized, perChannel(ops, meanProduct, dy))
  const centered = ops.sub(ops.sub(dy, perChannel(ops, meanGradient, dy)), correction)
  const dx = ops.mul(centered, perChannel(ops, ops.mul(weight, inverseStd), dy))
  const count = ops.scalar(dy.size / dy.shape[1]!)
  return [dx, ops.mul(meanProduct, count), ops.mul(meanGradient, count)]
}

/** With the running statistics, outside of training. */
const batchNormalization: Form = ({ ops, inputs, attributes: { epsilon } }) => {
  const [x, weight, bias, mean, variance] = operands(inputs, 5, 'BatchNormalization')
  const std = ops.sqrt(ops.add(variance, ops.scalar(floating(epsilon))))
  const scaled = ops.mul(ops.sub(x, perChannel(ops, mean, x)), perChannel(ops, ops.div(weight, std), x))
  return [ops.add(scaled, perChannel(ops, bias, x))]
}

function channelMean(ops: Ops, x: Tensor): Tensor {
  return ops.mean(x, x.shape.length > 2 ? [0, 2, 3] : [0])
}

/** A vector `[C]` in the shape that multiplies x channel by channel. */
function perChannel(ops: Ops, vector: Tensor, x: Tensor): Tensor {
  return x.shape.length > 2 ? ops.reshape(vector, [1, x.shape[1]!, 1, 1]) : vector
}

export const normForms: Readonly<Record<string, Form>> = {
  BatchNormalization: batchNormalization,
  'pixelrow:BatchNormGrad': batchNormGrad,
  'pixelrow:BatchNormTrain': batchNormTrain,
}
