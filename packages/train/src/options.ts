import { availableParallelism } from 'node:os'
import { type PixelTable, split } from '@pixelrow/data'
import { type Architecture, type Model, validate, validateModel } from '@pixelrow/model'
import type { Metric } from './metrics.ts'
import { type Optimizer, sgd } from './optimizers.ts'
import { constant } from './schedules.ts'
import type { Augmentation, EpochRecord, Progress, Schedule, StepRecord } from './types.ts'

/** How to train. */
export interface FitOptions {
  /** Rows to evaluate on after each epoch: a table, or the share 0..0.5 to split off (stratified). Default: none. */
  validation?: PixelTable | number
  /** Passes over the table, above 0; 1.5 ends in the middle of the second one. Default 10. */
  epochs?: number
  /** Steps in all, 1 or more, in place of `epochs`. */
  steps?: number
  /** Rows a step; the rows left over at an epoch's end sit that epoch out. Default 128, at most the table's rows. */
  batchSize?: number
  /** Above 0. Default 0.1. */
  learningRate?: number
  /** Default `sgd()`. */
  optimizer?: Optimizer
  /** The learning rate's course. Default `constant()`. */
  schedule?: Schedule
  /** `auto` (default), `onnxruntime` or `tfjs`, which needs one of TensorFlow.js's packages. */
  engine?: string
  /** `auto` (default) or one of the engine's `devices()`: `cpu`, `cuda`. */
  device?: string
  /** `plain` keeps images in memory as ONNX has them, which takes about three times as long; `auto` (default) leaves the choice to the engine. */
  layout?: 'auto' | 'plain'
  /** Threads for one operator. Default: as many as the machine has cores. */
  threads?: number
  /** Decides initial weights, the split and the order of rows. Default 0. */
  seed?: number
  /** Weights to start from, by name, such as a trained model's. Default: fresh ones drawn by the seed. */
  weights?: Model['weights']
  /** Pictures are shifted, turned and bent at random, anew in every epoch, e.g. `{ shift: 2, rotation: 10 }`. Default: as they are. */
  augment?: Augmentation
  /** Share of each target that is spread over all classes, 0 up to 1 (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number
  /** A weight for each class's rows in the loss, as PyTorch's `CrossEntropyLoss` has them: above 0, any scale. Default: all equal. */
  classWeights?: readonly number[]
  /** More figures for each epoch's record, computed from the validation rows' logits, e.g. `{ top3: topK(3) }`. */
  metrics?: Readonly<Record<string, Metric>>
  /** What `keepBest` and `patience` watch. Default `validationLoss`. */
  monitor?: 'validationLoss' | 'accuracy'
  /** Gives back the weights of the best epoch instead of the last one's. Needs validation rows. Default false. */
  keepBest?: boolean
  /** Ends training after this many epochs without improvement, 1 or more. Needs validation rows. Default: never. */
  patience?: number
  /** The least difference that counts as an improvement. Default 0. */
  minDelta?: number
  /** Ends training after the epoch whose validation accuracy reaches this, above 0 up to 1. Needs validation rows. Default: never. */
  targetAccuracy?: number
  /** Goes on from the bytes given to `onCheckpoint`; all other options, the table and the thread count must be the same. */
  resume?: Uint8Array
  /** Told all that is needed to go on (the safetensors format), after each epoch and when aborted. */
  onCheckpoint?: (checkpoint: Uint8Array) => void
  /** Told of each step, in order, after its chunk. */
  onStep?: (step: StepRecord) => void
  /** Told after each epoch. */
  onEpoch?: (record: EpochRecord) => void
  /** Told after each chunk of steps, about twice a second or more often. */
  onProgress?: (progress: Progress) => void
  /** Ends training at the next chunk: `fit` rejects with the signal's reason. */
  signal?: AbortSignal
}

/** Options with every default filled in, checked against the table. */
export interface Settings extends Required<Pick<FitOptions, Defaulted>> {
  train: LabelledTable
  validation?: LabelledTable
  /** Of the whole training. */
  steps: number
  stepsPerEpoch: number
  targetAccuracy?: number
  classWeights?: readonly number[]
  augment?: Augmentation
}

type Defaulted =
  | 'batchSize'
  | 'learningRate'
  | 'optimizer'
  | 'schedule'
  | 'engine'
  | 'device'
  | 'layout'
  | 'threads'
  | 'seed'
  | 'labelSmoothing'
  | 'metrics'

export type LabelledTable = PixelTable & { labels: Uint16Array; classes: string[] }

/** Checks what was asked against the architecture and the table; a problem is a sentence with the fix. */
export function settle(architecture: Architecture, table: PixelTable, options: FitOptions): Settings {
  const labelled = requireLabels(table, 'The table')
  requireShape(architecture, table, 'The table')
  if (labelled.classes.length < 2) {
    throw new RangeError(`The table has ${labelled.classes.length} class; a classifier needs at least 2.`)
  }
  validate(architecture, { classes: labelled.classes })
  if (options.weights) validateModel({ architecture, weights: options.weights, classes: labelled.classes })
  const seed = whole('seed', options.seed ?? 0, 0)
  const { train, validation } = splitOff(architecture, labelled, options.validation, seed)
  if (!validation) requireNoMonitor(options)
  const learningRate = options.learningRate ?? 0.1
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new RangeError(`learningRate must be a number above 0, e.g. 0.1; found ${learningRate}.`)
  }
  return {
    train,
    validation,
    ...lengthOf(train, options),
    learningRate,
    optimizer: options.optimizer ?? sgd(),
    schedule: options.schedule ?? constant(),
    engine: options.engine ?? 'auto',
    device: options.device ?? 'auto',
    layout: layoutOf(options.layout),
    threads: whole('threads', options.threads ?? availableParallelism(), 1),
    seed,
    metrics: options.metrics ?? {},
    ...(options.targetAccuracy !== undefined && { targetAccuracy: target(options.targetAccuracy) }),
    ...(options.augment && { augment: options.augment }),
    ...lossOptions(labelled, options),
  }
}

function layoutOf(layout: FitOptions['layout'] = 'auto') {
  if (layout === 'auto' || layout === 'plain') return layout
  throw new RangeError(`layout must be 'auto' or 'plain'; found ${layout}.`)
}

function requireLabels(table: PixelTable, subject: string): LabelledTable {
  if (table.rows === 0) throw new RangeError(`${subject} has no rows: there is nothing to train on.`)
  const { labels, classes } = table
  if (!labels || !classes) {
    throw new TypeError(
      `${subject} has no labels. Is it the test file? Read the training file, or name its label column.`,
    )
  }
  const wrong = labels.findIndex((label) => label >= classes.length)
  if (wrong >= 0) {
    throw new RangeError(`${subject}: row ${wrong} has label ${labels[wrong]}, expected 0 to ${classes.length - 1}.`)
  }
  return { ...table, labels, classes }
}

function requireShape({ input }: Architecture, table: PixelTable, subject: string): void {
  const text = ({ height, width, channels, channelOrder }: PixelTable['shape']) =>
    `${height}×${width}×${channels}${channels > 1 ? ` ${channelOrder}` : ''}`
  if (text(input.shape) !== text(table.shape)) {
    throw new RangeError(
      `${subject} holds images of ${text(table.shape)}, the architecture takes ${text(input.shape)}.`,
    )
  }
  if (table.maxValue > input.maxValue) {
    throw new RangeError(
      `${subject} holds values up to ${table.maxValue}, the architecture takes 0 to ${input.maxValue}.`,
    )
  }
}

function splitOff(
  architecture: Architecture,
  table: LabelledTable,
  validation: FitOptions['validation'],
  seed: number,
) {
  if (validation === undefined || validation === 0) return { train: table, validation: undefined }
  if (typeof validation !== 'number') {
    requireShape(architecture, validation, 'The validation table')
    return { train: table, validation: requireLabels(validation, 'The validation table') }
  }
  if (!(validation > 0 && validation <= 0.5)) {
    throw new RangeError(`validation must be a share from 0 to 0.5, e.g. 0.1; found ${validation}.`)
  }
  return split(table, { validation, seed }) as { train: LabelledTable; validation: LabelledTable }
}

function requireNoMonitor(options: FitOptions): void {
  const name = (['patience', 'keepBest', 'metrics', 'targetAccuracy'] as const).find((option) => options[option])
  if (name)
    throw new TypeError(`${name} needs validation rows: pass validation: 0.1, or a table of rows to validate on.`)
}

function lossOptions({ classes }: LabelledTable, { labelSmoothing = 0, classWeights }: FitOptions) {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new RangeError(`labelSmoothing must be a number from 0 up to 1, e.g. 0.1; found ${labelSmoothing}.`)
  }
  if (!classWeights) return { labelSmoothing }
  if (classWeights.length !== classes.length || !classWeights.every((weight) => weight > 0 && weight < Infinity)) {
    throw new RangeError(
      `classWeights must be ${classes.length} numbers above 0, one for each class; found ${classWeights}.`,
    )
  }
  return { labelSmoothing, classWeights }
}

/** How long to train: in steps, whole epochs or not. */
function lengthOf(train: PixelTable, { batchSize: asked, epochs = 10, steps }: FitOptions) {
  const batchSize = batchSizeFor(train, asked)
  const stepsPerEpoch = Math.floor(train.rows / batchSize)
  if (!(epochs > 0 && epochs < Infinity)) {
    throw new RangeError(`epochs must be a number above 0, e.g. 10 or 1.5; found ${epochs}.`)
  }
  const all = steps === undefined ? Math.max(1, Math.round(epochs * stepsPerEpoch)) : whole('steps', steps, 1)
  return { batchSize, stepsPerEpoch, steps: all }
}

function target(accuracy: number): number {
  if (accuracy > 0 && accuracy <= 1) return accuracy
  throw new RangeError(`targetAccuracy must be a share above 0 and up to 1, e.g. 0.99; found ${accuracy}.`)
}

function batchSizeFor({ rows }: PixelTable, asked: number | undefined): number {
  if (asked === undefined) return Math.min(128, rows)
  const size = whole('batchSize', asked, 1)
  if (size > rows)
    throw new RangeError(`batchSize is ${size}, the table has ${rows} rows to train on; pass ${rows} or less.`)
  return size
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${name} must be a whole number of at least ${least}; found ${value}.`)
}
