export type {
  Attempt,
  CallOptions,
  ClassesFrom,
  Classification,
  Classifier,
  ClassifierErrorCode,
  ClassifyOptions,
  Image,
  ImageShape,
  ModelOptions,
  Pixels,
  PlainSession,
  PlainTensor,
  Predictions,
  PredictOptions,
  Preparation,
  Prepare,
  QueueOptions,
  RgbaImage,
  Score,
} from '@pixelrow/classifier'
export { ClassifierError } from '@pixelrow/classifier'
export type { Device } from './device.ts'
export { type LoadOptions, load } from './load.ts'
export { open } from './open.ts'
export type { ModelSource } from './source.ts'
