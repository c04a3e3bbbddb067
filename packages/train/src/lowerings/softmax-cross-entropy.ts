import { float32, type GraphBuilder, int, int64, type Value } from '@pixelrow/onnx'
import type { Lowering } from './index.ts'

/** −Σ targets · log softmax(logits) / total. */
export const softmaxCrossEntropy: Lowering = ({ g, inputs: [logits, targets, total] }) => {
  const logProbabilities = g.op('LogSoftmax', [logits], { axis: int(1) })
  const sum = g.op('ReduceSum', [g.op('Mul', [logProbabilities, targets])], { keepdims: int(0) })
  return [divide(g, g.op('Neg', [sum]), total, logits!), logProbabilities]
}

/** (softmax · the row's sum of targets − targets) / total; without a total the rows' sums are 1. */
export const softmaxCrossEntropyGrad: Lowering = ({ g, inputs: [logProbabilities, targets, total] }) => {
  let probabilities = g.op('Exp', [logProbabilities])
  if (total) {
    const rowSums = g.op('ReduceSum', [targets, g.constant(int64([1]))], { keepdims: int(1) })
    probabilities = g.op('Mul', [probabilities, rowSums])
  }
  return [divide(g, g.op('Sub', [probabilities, targets]), total, logProbabilities!)]
}

function divide(g: GraphBuilder, value: Value, total: Value | undefined, rows: Value): Value {
  return total ? g.op('Div', [value, total]) : g.op('Mul', [value, g.constant(float32(1 / Number(rows.dims[0])))])
}
