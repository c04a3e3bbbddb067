import type { InferRule } from '@pixelrow/onnx'

/** The domain of operators that devices compute in different ways; an engine lowers or executes each by itself. */
export const DOMAIN = 'pixelrow'

/**
 * Shape rules of our own operators.
 *
 * - `OneHot(labels int32 [B]) {classes} → float32 [B, K]`: 1 at the label, 0 elsewhere.
 * - `SoftmaxCrossEntropy(logits [B, K], targets [B, K], total? []) → (loss [], logProbabilities [B, K])`:
 *   −Σ targets · log softmax(logits) / total. Without `total` it is B, and each row of targets sums to 1.
 * - `SoftmaxCrossEntropyGrad(logProbabilities, targets, total?, dLoss? []) → [B, K]`: the gradient by the logits,
 *   (softmax · the row's sum of targets − targets) · dLoss / total; without `dLoss` it is 1.
 */
export const inferRules: Record<string, InferRule> = {
  [`${DOMAIN}:OneHot`]: ([labels], { classes }) => {
    const size = classes && 'int' in classes ? Number(classes.int) : 0
    return [{ dataType: 'float32', dims: [labels!.dims[0]!, size] }]
  },
  [`${DOMAIN}:SoftmaxCrossEntropy`]: ([logits]) => [
    { dataType: 'float32', dims: [] },
    { dataType: 'float32', dims: logits!.dims },
  ],
  [`${DOMAIN}:SoftmaxCrossEntropyGrad`]: ([logProbabilities]) => [
    { dataType: 'float32', dims: logProbabilities!.dims },
  ],
}
