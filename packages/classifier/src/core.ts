// What is loaded first, in one: parts that come later take from here what they share with it, so that bundlers need not cut it into a file for each
// set of parts that share something.
export { createClassifier, defaultTop, type Parts } from './classifier.ts'
export { ClassifierError } from './errors.ts'
export { bytesOf, fits, imageSize } from './fit.ts'
export { loadDescriptions, loadExplanations } from './later.ts'
export { type Feed, isArray, type RawRun, rawRun, unshared } from './raw.ts'
export {
  checkClassifierOptions,
  classifyRowsRules,
  classifyRules,
  predictRowsRules,
  predictRules,
} from './rules.ts'
export { openRunner } from './runner.ts'
export { classifications, isCount } from './scores.ts'
