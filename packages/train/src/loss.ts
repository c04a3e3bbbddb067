import { float32, type GraphBuilder, int, type Value } from '@pixelrow/onnx'
import { DOMAIN } from './operators.ts'

/** How the cross-entropy treats its targets; both as in PyTorch's `CrossEntropyLoss`. */
export interface LossOptions {
  /** Share of each target that is spread over all classes, 0 up to 1. Default 0. */
  labelSmoothing?: number
  /** A weight for each class's rows, 0 or more; the loss is their weighted mean. Default: all equal. */
  classWeights?: ArrayLike<number>
}

/** Mean cross-entropy of logits `[B, K]` against labels int32 `[B]`. */
export function crossEntropy(g: GraphBuilder, logits: Value, labels: Value, options: LossOptions = {}): Value {
  const { labelSmoothing = 0, classWeights } = options
  const classes = Number(logits.dims[1])
  const oneHot = g.op('OneHot', [labels], { classes: int(classes) }, { domain: DOMAIN })
  let targets = oneHot
  if (labelSmoothing > 0) {
    const kept = g.op('Mul', [targets, g.constant(float32(1 - labelSmoothing))])
    targets = g.op('Add', [kept, g.constant(float32(labelSmoothing / classes))])
  }
  let total: Value | undefined
  if (classWeights) {
    const weights = g.constant(float32(classWeights, [classes]))
    targets = g.op('Mul', [targets, weights])
    total = g.op('ReduceSum', [g.op('Mul', [oneHot, weights])], { keepdims: int(0) })
  }
  return g.ops('SoftmaxCrossEntropy', [logits, targets, total], {}, { domain: DOMAIN, count: 2 })[0]!
}
