export type {
  Attempt,
  AttemptCode,
  CallOptions,
  ClassesFrom,
  Classification,
  Classifier,
  ClassifierErrorCode,
  ClassifyOptions,
  ClassifyRowsOptions,
  Image,
  ImageShape,
  ModelOptions,
  Pixels,
  PlainSession,
  PlainTensor,
  Predictions,
  PredictOptions,
  PredictRowsOptions,
  Preparation,
  Prepare,
  QueueOptions,
  RgbaImage,
  Score,
} from '@pixelrow/classifier'
export { ClassifierError } from '@pixelrow/classifier'
export type { Agreement } from './agreement.ts'
export type { Device } from './device.ts'
export { load } from './load.ts'
export type { Measured } from './measure.ts'
export { open } from './open.ts'
export type { ModelSource } from './source.ts'
export type { LoadedClassifier, LoadOptions, OpenOptions } from './types.ts'
