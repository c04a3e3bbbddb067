import { sizeOf } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import { floating, integer, integers } from '../../operators.ts'
import type { Tensor } from '../library.ts'
import type { Ops } from '../ops.ts'
import type { Form } from './form.ts'

const oneHot: Form = ({ ops, inputs, attributes: { classes } }) => {
  const [indices] = operands(inputs, 1, 'OneHot')
  return [ops.run('OneHot', { indices }, { depth: integer(classes), onValue: 1, offValue: 0, dtype: 'float32' })]
}

/** −Σ targets · log softmax(logits) / total. */
const softmaxCrossEntropy: Form = ({ ops, inputs }) => {
  const [logits, targets] = operands(inputs, 2, 'SoftmaxCrossEntropy')
  const total = inputs[2]
  const logProbabilities = logSoftmax(ops, logits)
  const sum = ops.sum(ops.mul(logProbabilities, targets), [0, 1])
  return [ops.neg(ops.div(sum, total ?? ops.scalar(logits.shape[0]!))), logProbabilities]
}

function logSoftmax(ops: Ops, logits: Tensor): Tensor {
  const shifted = ops.sub(logits, ops.max(logits, [1], true))
  return ops.sub(shifted, ops.log(ops.sum(ops.exp(shifted), [1], true)))
}

/** (softmax · the row's sum of targets − targets) · dLoss / total; without a total the rows' sums are 1. */
const softmaxCrossEntropyGrad: Form = ({ ops, inputs }) => {
  const [logProbabilities, targets] = operands(inputs, 2, 'SoftmaxCrossEntropyGrad')
  const [, , total, dLoss] = inputs
  const softmax = ops.exp(logProbabilities)
  const probabilities = total ? ops.mul(softmax, ops.sum(targets, [1], true)) : softmax
  const rows = ops.scalar(targets.shape[0]!)
  const scale = ops.div(dLoss ?? ops.scalar(1), total ?? rows)
  return [ops.mul(ops.sub(probabilities, targets), scale)]
}

/** The same bits as every engine has. */
const seededMask: Form = ({ ops, attributes, maskBytes }) => {
  const [dims, rate, stream] = [integers(attributes.shape), floating(attributes.rate), integer(attributes.stream)]
  const bytes = maskBytes({ size: sizeOf(dims), rate, stream })
  const kept = 1 / (1 - rate)
  return [
    ops.constant(
      Array.from(bytes, (byte) => byte * kept),
      dims,
    ),
  ]
}

export const lossForms: Readonly<Record<string, Form>> = {
  'pixelrow:OneHot': oneHot,
  'pixelrow:SeededMask': seededMask,
  'pixelrow:SoftmaxCrossEntropy': softmaxCrossEntropy,
  'pixelrow:SoftmaxCrossEntropyGrad': softmaxCrossEntropyGrad,
}
