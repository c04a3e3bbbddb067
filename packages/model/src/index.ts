export { formatArchitecture, outputShapes, type Parameter, parameters } from './architecture'
export { linear, mlp, type Source } from './build'
export { ModelError } from './error'
export { initialize, type Random } from './initialize'
export { parseArchitecture } from './parse'
export { fromSafetensors, toSafetensors } from './safetensors'
export { formatSummary, type Summary, type SummaryRow, summary } from './summary'
export type {
  ActivationLayer,
  Architecture,
  DenseLayer,
  FlattenLayer,
  ImageShape,
  InputLayer,
  Layer,
  Model,
  Tensor,
} from './types'
export { validate, validateModel } from './validate'
