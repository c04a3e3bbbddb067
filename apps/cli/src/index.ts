export { DataError, type ImageShape, type PixelTable, readTable, split, writeSubmission } from '@pixelrow/data'
export { fromOnnx, toOnnx } from '@pixelrow/export'
export { type Classification, type Classifier, type LoadOptions, load, type Predictions } from '@pixelrow/infer-node'
export { type Architecture, cnn, linear, type Model, mlp, resnet } from '@pixelrow/model'
export {
  adam,
  adamw,
  cosine,
  createLearner,
  type EpochRecord,
  type FitOptions,
  type FitResult,
  fit,
  type Learner,
  muon,
  oneCycle,
  type Plan,
  predict,
  type Recipe,
  recipes,
  sgd,
} from '@pixelrow/train'
export { type Digits, digits } from './tables/digits.ts'
