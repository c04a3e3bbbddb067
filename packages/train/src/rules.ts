import { isA } from '../../../common/kinds.ts'
import {
  callback,
  either,
  flag,
  like,
  number,
  oneOf,
  optionsOf,
  type Rule,
  type Rules,
  signal,
  text,
  whole,
} from '../../../common/options.ts'
import { closest } from '../../../common/suggest.ts'
import { amount, seedRule } from './check.ts'
import type { LossOptions } from './loss.ts'
import { adam, adamw, muon, sgd } from './optimizers.ts'
import type { FitOptions } from './options.ts'
import { constant, cosine, flatCosine, oneCycle } from './schedules.ts'
import type { Augmentation } from './types.ts'

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a function of this package makes; that function, or its name, in its place is told apart. */
function madeBy(what: string, makers: Record<string, unknown>, fits: (value: unknown) => boolean): Rule {
  const names = Object.keys(makers)
  return (value) => {
    const uncalled = names.find((name) => makers[name] === value)
    if (uncalled) return `${what}: call it, ${uncalled}()`
    if (fits(value)) return undefined
    const meant = typeof value === 'string' ? closest(value, names) : undefined
    return meant ? `${what}: pass ${meant}(), not its name` : `${what}, such as ${names[0]}()`
  }
}

export const optimizerRule: Rule = madeBy(
  'an optimiser',
  { sgd, adam, adamw, muon },
  (value) =>
    isObject(value) &&
    'name' in value &&
    typeof value.name === 'string' &&
    'options' in value &&
    isObject(value.options) &&
    'transform' in value &&
    typeof value.transform === 'function',
)

const scheduleRule: Rule = madeBy(
  'a schedule',
  { constant, cosine, oneCycle, flatCosine },
  (value) => typeof value === 'function',
)

const isEngine = (value: unknown): boolean =>
  isObject(value) &&
  ['devices', 'compile'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function')

const augmentRules: Rules<Augmentation> = {
  shift: amount,
  rotation: number({ least: 0, most: 180 }),
  scale: number({ least: 0, most: 0.9 }),
  shear: amount,
  elastic: amount,
  flip: flag,
  grid: whole(1),
  background: number({ most: 255 }),
}

/** Any list of numbers, typed or not. */
function isNumbers(value: unknown): value is ArrayLike<number> {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value)) return false
  return Array.from<unknown>(value as ArrayLike<unknown>).every(
    (each) => typeof each === 'number' && each >= 0 && each < Infinity,
  )
}

export const lossRules: Rules<LossOptions> = {
  labelSmoothing: number({ least: 0, below: 1, example: '0.1' }),
  classWeights: like('numbers of at least 0, one for each class', isNumbers),
}

/** The options of `fit`, and of all that trains. */
export const fitRules: Rules<FitOptions> = {
  ...lossRules,
  validation: like(
    'a share from 0 to 0.5, e.g. 0.1, or a table',
    (value) => isObject(value) || (typeof value === 'number' && value >= 0 && value <= 0.5),
  ),
  epochs: number({ above: 0, example: '10 or 1.5' }),
  steps: whole(1),
  batchSize: whole(1),
  learningRate: number({ above: 0, example: '0.1' }),
  optimizer: optimizerRule,
  schedule: scheduleRule,
  engine: either(text, like('an engine', isEngine)),
  device: text,
  precision: oneOf('fp32', 'tf32', 'fp16'),
  layout: oneOf('auto', 'plain'),
  threads: whole(1),
  seed: seedRule,
  weights: like('the weights of a model, by name', isObject),
  augment: optionsOf(augmentRules),
  metrics: like(
    'an object of functions, e.g. { top3: topK(3) }',
    (value) => isObject(value) && Object.values(value).every((metric) => typeof metric === 'function'),
  ),
  monitor: oneOf('validationLoss', 'accuracy'),
  keepBest: flag,
  patience: whole(1),
  minDelta: amount,
  targetAccuracy: like(
    'a share above 0 and up to 1, e.g. 0.99',
    (value) => typeof value === 'number' && value > 0 && value <= 1,
  ),
  resume: like('the bytes given to onCheckpoint', (value) => isA(value, 'Uint8Array')),
  onCheckpoint: callback,
  debug: flag,
  onStep: callback,
  onEpoch: callback,
  onProgress: callback,
  onMove: callback,
  signal,
}
