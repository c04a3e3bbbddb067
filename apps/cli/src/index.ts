export { DataError, type ImageShape, type PixelTable, readTable, split, writeSubmission } from '@pixelrow/data'
export { fromOnnx, toOnnx } from '@pixelrow/export'
export { type Classification, type Classifier, type LoadOptions, load, type Predictions } from '@pixelrow/infer-node'
export { type Architecture, linear, type Model, mlp } from '@pixelrow/model'
export {
  type EpochRecord,
  type FitOptions,
  type FitResult,
  fit,
  type Plan,
  type Recipe,
  recipes,
} from '@pixelrow/train'
export { type Digits, digits } from './digits.ts'
