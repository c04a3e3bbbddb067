export { formatArchitecture, outputShapes, type Parameter, parameters } from './architecture.ts'
export { cnn } from './cnn.ts'
export { ModelError, type ModelErrorCode } from './error.ts'
export { requireFinite } from './finite.ts'
export { initialize, type Random } from './initialize.ts'
export { linear, mlp } from './mlp.ts'
export { parseArchitecture } from './parse.ts'
export { strictPreparation } from './preparation.ts'
export { resnet } from './resnet.ts'
export { fromSafetensors, toSafetensors } from './safetensors.ts'
export type { Source } from './source.ts'
export { formatSummary, type Summary, type SummaryRow, summary } from './summary.ts'
export {
  type ActivationLayer,
  type Architecture,
  activations,
  type BatchNormLayer,
  type Conv2dLayer,
  type DenseLayer,
  type DropoutLayer,
  type FlattenLayer,
  type GlobalPoolLayer,
  type ImageShape,
  type InputLayer,
  type Layer,
  type Model,
  type Padding,
  type Pool2dLayer,
  type Preparation,
  type ResidualLayer,
  type Size,
  type Tensor,
} from './types.ts'
export { validate, validateModel } from './validate.ts'
export { type Window, windowOf } from './window.ts'
