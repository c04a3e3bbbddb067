export { formatArchitecture, outputShapes, type Parameter, parameters } from './architecture.ts'
export { linear, mlp, type Source } from './build.ts'
export { ModelError } from './error.ts'
export { initialize, type Random } from './initialize.ts'
export { parseArchitecture } from './parse.ts'
export { fromSafetensors, toSafetensors } from './safetensors.ts'
export { formatSummary, type Summary, type SummaryRow, summary } from './summary.ts'
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
} from './types.ts'
export { validate, validateModel } from './validate.ts'
