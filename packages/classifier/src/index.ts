export { type ClassifierParts, createClassifier } from './classifier.ts'
export { describeModel, type ModelDescription, type ModelOptions } from './description.ts'
export { ClassifierError, type ClassifierErrorCode, type ClassifierErrorParts } from './errors.ts'
export { type Damage, explainModelError } from './explain.ts'
export { type Picture, type Pictures, pixelsOf } from './images.ts'
export { loadExplanations } from './later.ts'
export { type PlainData, type PlainSession, type PlainTensor, plainSession } from './plain.ts'
export type { QueueOptions } from './queue.ts'
export { checkClassifierOptions, loadRules } from './rules.ts'
export { openRunner, type Runner, type RunnerParts } from './runner.ts'
export type { Session, TensorFactory, TensorMetadata } from './session.ts'
export type {
  Attempt,
  CallOptions,
  ClassesFrom,
  Classification,
  Classifier,
  ClassifyOptions,
  ClassifyRowsOptions,
  Image,
  ImageShape,
  Pixels,
  Predictions,
  PredictOptions,
  PredictRowsOptions,
  Preparation,
  Prepare,
  RgbaImage,
  Score,
} from './types.ts'
