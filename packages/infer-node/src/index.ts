export type {
  Attempt,
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
export type { Device } from './device.ts'
export { load } from './load.ts'
export { open } from './open.ts'
export type { LoadOptions, OpenOptions } from './options.ts'
export type { ModelSource } from './source.ts'
