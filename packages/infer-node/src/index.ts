export type {
  Attempt,
  Classification,
  Classifier,
  ImageShape,
  PlainSession,
  PlainTensor,
  Predictions,
  Score,
} from '@pixelrow/classifier'
export { ClassifierError } from '@pixelrow/classifier'
export type { Device } from './device.ts'
export { type LoadOptions, load } from './load.ts'
export { open } from './open.ts'
