import type { Attribute, InferRule, TensorType, Value } from '@pixelrow/onnx'
import { unsupported } from './error.ts'
import { operands } from './operands.ts'

/** The domain of operators that devices compute in different ways; an engine lowers or executes each by itself. */
export const DOMAIN = 'pixelrow'

/** Shape rules of our own operators, all float32 unless said; images are `[N, C, H, W]`. */
export const inferRules: Record<string, InferRule> = {
  /** `OneHot(labels int32 [B]) {classes} → [B, K]`: 1 at the label, 0 elsewhere. */
  [`${DOMAIN}:OneHot`]: (inputs, { classes }) => {
    const [labels] = operands(inputs, 1, 'OneHot')
    return [float([labels.dims[0]!, integer(classes)])]
  },
  /**
   * `SoftmaxCrossEntropy(logits [B, K], targets [B, K], total? []) → (loss [], logProbabilities [B, K])`:
   * −Σ targets · log softmax(logits) / total. Without `total` it is B, and each row of targets sums to 1.
   */
  [`${DOMAIN}:SoftmaxCrossEntropy`]: (inputs) => {
    const [logits] = operands(inputs, 1, 'SoftmaxCrossEntropy')
    return [float([]), like(logits)]
  },
  /**
   * `SoftmaxCrossEntropyGrad(logProbabilities, targets, total?, dLoss? []) → [B, K]`: the gradient by the logits,
   * (softmax · the row's sum of targets − targets) · dLoss / total; without `dLoss` it is 1.
   */
  [`${DOMAIN}:SoftmaxCrossEntropyGrad`]: (inputs) => operands(inputs, 1, 'SoftmaxCrossEntropyGrad').map(like),
  /** `ConvGradInput(dy, w) {strides, pads, input_shape} → dx`. */
  [`${DOMAIN}:ConvGradInput`]: (inputs, { input_shape }) => {
    const [dy, w] = operands(inputs, 2, 'ConvGradInput')
    return [float([dy.dims[0]!, w.dims[1]!, ...integers(input_shape)])]
  },
  /** `ConvGradWeight(x, dy) {strides, pads, kernel_shape} → dw`. */
  [`${DOMAIN}:ConvGradWeight`]: (inputs, { kernel_shape }) => {
    const [x, dy] = operands(inputs, 2, 'ConvGradWeight')
    return [float([dy.dims[1]!, x.dims[1]!, ...integers(kernel_shape)])]
  },
  /** `MaxPool(x) {kernel_shape, strides, pads} → (y, indices int64)`: `indices` count through all of x. */
  [`${DOMAIN}:MaxPool`]: (inputs, { kernel_shape, strides, pads }) => {
    const [x] = operands(inputs, 1, 'MaxPool')
    const [kernel, stride, pad] = [integers(kernel_shape), integers(strides), integers(pads)]
    const sizes = kernel.map(
      (size, i) => Math.floor((Number(x.dims[i + 2]) + pad[i]! + pad[i + 2]! - size) / stride[i]!) + 1,
    )
    const dims = [x.dims[0]!, x.dims[1]!, ...sizes]
    return [float(dims), { dataType: 'int64', dims }]
  },
  /** `MaxPoolGrad(dy, x, y, indices) {as MaxPool, input_shape} → dx`. */
  [`${DOMAIN}:MaxPoolGrad`]: (inputs) => {
    const [, x] = operands(inputs, 2, 'MaxPoolGrad')
    return [like(x)]
  },
  /** `AveragePoolGrad(dy) {as AveragePool, input_shape} → dx`; padding is not counted. */
  [`${DOMAIN}:AveragePoolGrad`]: (inputs, { input_shape }) => {
    const [dy] = operands(inputs, 1, 'AveragePoolGrad')
    return [float([...dy.dims.slice(0, 2), ...integers(input_shape)])]
  },
  /**
   * `BatchNormTrain(x, weight [C], bias [C]) {epsilon} → (y, normalized, mean [C], variance [C], inverseStd [C])`, x being
   * `[N, C]` or `[N, C, H, W]`; the variance is the biased one.
   */
  [`${DOMAIN}:BatchNormTrain`]: (inputs) => {
    const [x, weight] = operands(inputs, 2, 'BatchNormTrain')
    return [like(x), like(x), like(weight), like(weight), like(weight)]
  },
  /** `BatchNormGrad(dy, normalized, inverseStd, weight) → (dx, dweight, dbias)`. */
  [`${DOMAIN}:BatchNormGrad`]: (inputs) => {
    const [dy, , , weight] = operands(inputs, 4, 'BatchNormGrad')
    return [like(dy), like(weight), like(weight)]
  },
  /**
   * `Orthogonalize(x) {steps, epsilon} → y`: with X the matrix `[first, all others]` of x, X ← X / (‖X‖ + epsilon), then `steps` times
   * X ← aX + (bS + cS²)X with S = XXᵀ and Muon's a = 3.4445, b = −4.775, c = 2.0315, which drives singular values towards 1.
   */
  [`${DOMAIN}:Orthogonalize`]: (inputs) => operands(inputs, 1, 'Orthogonalize').map(like),
  /** `SeededMask() {shape, rate, stream} → mask`: 1/(1 − rate) where kept, 0 where dropped; another one at every step. */
  [`${DOMAIN}:SeededMask`]: (_, { shape }) => [float(integers(shape))],
}

const float = (dims: readonly (number | string)[]): TensorType => ({ dataType: 'float32', dims })
const like = (value: Value): TensorType => float(value.dims)

/** An integer attribute's value. */
export function integer(attribute: Attribute | undefined): number {
  if (attribute && 'int' in attribute) return Number(attribute.int)
  throw unsupported('An integer attribute is missing.')
}

/** The values of an attribute that is a list of integers. */
export function integers(attribute: Attribute | undefined): number[] {
  if (attribute && 'ints' in attribute) return attribute.ints.map(Number)
  throw unsupported('An attribute that lists integers is missing.')
}

/** A float attribute's value. */
export function floating(attribute: Attribute | undefined): number {
  if (attribute && 'float' in attribute) return attribute.float
  throw unsupported('A float attribute is missing.')
}
