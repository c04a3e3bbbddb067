import { float32, int } from '@pixelrow/onnx'
import type { Lowering } from './index.ts'

/** −mean over the batch of Σ targets · log softmax(logits). */
export const softmaxCrossEntropy: Lowering = ({ g, inputs: [logits, targets] }) => {
  const logProbabilities = g.op('LogSoftmax', [logits], { axis: int(1) })
  const sum = g.op('ReduceSum', [g.op('Mul', [logProbabilities, targets])], { keepdims: int(0) })
  return [g.op('Mul', [sum, g.constant(float32(-1 / Number(logits!.dims[0])))]), logProbabilities]
}

/** (softmax − targets) / batch size. */
export const softmaxCrossEntropyGrad: Lowering = ({ g, inputs: [logProbabilities, targets] }) => {
  const difference = g.op('Sub', [g.op('Exp', [logProbabilities]), targets])
  return [g.op('Mul', [difference, g.constant(float32(1 / Number(logProbabilities!.dims[0])))])]
}
