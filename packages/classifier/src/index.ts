export { type ClassifierParts, createClassifier } from './classifier.ts'
export { ClassifierError, type ClassifierErrorCode, type ClassifierErrorParts } from './errors.ts'
export { pixelsOf } from './images.ts'
export { type Damage, describeModel, explainModelError } from './lazy/sentences.ts'
export { checkClassifierOptions, loadRules } from './options.ts'
export { imageSize } from './rawpixels.ts'
export { loadExplanations, openRunner } from './runner.ts'
export {
  type PlainData,
  type PlainSession,
  type PlainTensor,
  plainSession,
  type Runner,
  type RunnerParts,
  type Session,
  type TensorFactory,
  type TensorMetadata,
} from './session.ts'
export type {
  Attempt,
  AttemptCode,
  CallOptions,
  ClassesFrom,
  Classification,
  Classifier,
  ClassifyOptions,
  ClassifyRowsOptions,
  Image,
  ImageShape,
  ModelDescription,
  ModelOptions,
  Picture,
  Pictures,
  Pixels,
  Predictions,
  PredictOptions,
  PredictRowsOptions,
  Preparation,
  Prepare,
  QueueOptions,
  RgbaImage,
  Score,
} from './types.ts'
