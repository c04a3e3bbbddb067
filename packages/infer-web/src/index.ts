export type { Attempt, Classification, Classifier, ImageShape, Predictions, Score } from '@pixelrow/classifier'
export { ClassifierError } from '@pixelrow/classifier'
export { type LoadOptions, load } from './load.ts'
