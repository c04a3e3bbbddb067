import { type GraphBuilder, int, int64, ints, type Value } from '@pixelrow/onnx'
import { crossEntropyBy } from '../plain/softmax-cross-entropy.ts'

/** x − max − log Σ exp(x − max): the provider has no LogSoftmax, and the logarithm of its Softmax would be −∞ where that rounds to 0. */
function logSoftmax(g: GraphBuilder, logits: Value): Value {
  const shifted = g.op('Sub', [logits, g.op('ReduceMax', [logits], { axes: ints([1]), keepdims: int(1) })])
  const sum = g.op('ReduceSum', [g.op('Exp', [shifted]), g.constant(int64([1]))], { keepdims: int(1) })
  return g.op('Sub', [shifted, g.op('Log', [sum])])
}

export const softmaxCrossEntropy = crossEntropyBy(logSoftmax)
