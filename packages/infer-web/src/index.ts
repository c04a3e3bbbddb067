export type {
  Attempt,
  CallOptions,
  ClassesFrom,
  Classification,
  ClassifierErrorCode,
  ClassifyOptions,
  ClassifyRowsOptions,
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
export { load } from './load.ts'
export { open } from './open.ts'
export type {
  Classifier,
  Device,
  DownloadOptions,
  Image,
  LoadOptions,
  OpenOptions,
  PictureSource,
  Progress,
  RuntimeOptions,
  WasmPaths,
} from './options.ts'
export type { ModelSource } from './source.ts'
