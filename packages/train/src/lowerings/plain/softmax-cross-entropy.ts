import { float32, type GraphBuilder, int, int64, type Value } from '@pixelrow/onnx'
import { operands } from '../../operands.ts'
import type { Lowering } from './lowering.ts'

/** −Σ targets · log softmax(logits) / total, with what makes the logarithms. */
export function crossEntropyBy(logSoftmax: (g: GraphBuilder, logits: Value) => Value): Lowering {
  return ({ g, inputs }) => {
    const [logits, targets] = operands(inputs, 2, 'SoftmaxCrossEntropy')
    const total = inputs[2]
    const logProbabilities = logSoftmax(g, logits)
    const sum = g.op('ReduceSum', [g.op('Mul', [logProbabilities, targets])], { keepdims: int(0) })
    const minusOne = g.constant(float32(-1))
    return [g.op('Mul', [sum, share(g, minusOne, total, logits)]), logProbabilities]
  }
}

export const softmaxCrossEntropy = crossEntropyBy((g, logits) => g.op('LogSoftmax', [logits], { axis: int(1) }))

/** (softmax · the row's sum of targets − targets) · dLoss / total; without a total the rows' sums are 1. */
export const softmaxCrossEntropyGrad: Lowering = ({ g, inputs }) => {
  const [logProbabilities, targets] = operands(inputs, 2, 'SoftmaxCrossEntropyGrad')
  const [, , total, dLoss] = inputs
  let probabilities = g.op('Exp', [logProbabilities])
  if (total) {
    const rowSums = g.op('ReduceSum', [targets, g.constant(int64([1]))], { keepdims: int(1) })
    probabilities = g.op('Mul', [probabilities, rowSums])
  }
  const scale = share(g, dLoss ?? g.constant(float32(1)), total, logProbabilities)
  return [g.op('Mul', [g.op('Sub', [probabilities, targets]), scale])]
}

/** A scalar divided by the total, or by the number of rows: numbers are multiplied before they meet a matrix. */
function share(g: GraphBuilder, scalar: Value, total: Value | undefined, rows: Value): Value {
  if (total) return g.op('Div', [scalar, total])
  const perRow = 1 / Number(rows.dims[0])
  const known = g.constantOf(scalar)?.data[0]
  if (known !== undefined) return g.constant(float32(Number(known) * perRow))
  return g.op('Mul', [scalar, g.constant(float32(perRow))])
}
