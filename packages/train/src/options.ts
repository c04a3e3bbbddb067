import { availableParallelism } from 'node:os'
import { classCounts, type PixelTable, split } from '@pixelrow/data'
import { type Architecture, type Model, validate, validateModel } from '@pixelrow/model'
import { show } from '../../../common/options.ts'
import { areFloats } from '../../../common/values.ts'
import { TrainError } from './error.ts'
import type { Metric } from './metrics.ts'
import { type Optimizer, sgd } from './optimizers.ts'
import { constant } from './schedules.ts'
import { type LabelledTable, requireLabels, withClasses } from './table.ts'
import type {
  Augmentation,
  DeviceMove,
  Engine,
  EpochRecord,
  Precision,
  Progress,
  Schedule,
  StepRecord,
} from './types.ts'

/** How to train. Callbacks may be asynchronous: each is awaited before the training goes on, and what it throws ends it. */
export interface FitOptions {
  /**
   * Rows to evaluate on after each epoch: a table, whose classes meet the other table's by their texts, or the share 0..0.5 to split off
   * (stratified). Default: none.
   */
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
  /** `auto` (default), `onnxruntime`, `tfjs`, which needs one of TensorFlow.js's packages, or an engine of one's own. */
  engine?: string | Engine
  /**
   * `cpu`, `cuda` or `webgpu`; one that is not there is an error. `auto` (default) takes the best one by a fixed rule (`deviceOrder`), unless a few trial
   * steps speak against it; small jobs stay on the CPU. With `resume` it stays on the checkpoint's, and a device that is named goes on there.
   */
  device?: string
  /** What products are computed in, if the device has a choice. Default: the device's own, `tf32` on CUDA, else `fp32`. */
  precision?: Precision
  /** `plain` keeps images in memory as ONNX has them, which takes about three times as long; `auto` (default) leaves the choice to the engine. */
  layout?: 'auto' | 'plain'
  /** Threads for one operator. Default: as many as the machine has cores. */
  threads?: number
  /** Decides initial weights, the split and the order of rows; 0 to 2³² − 1. Default 0. */
  seed?: number
  /** Weights to start from, by name, such as a trained model's. Default: fresh ones drawn by the seed. */
  weights?: Model['weights']
  /** Pictures are shifted, turned and bent at random, anew in every epoch, e.g. `{ shift: 2, rotation: 10 }`. Default: as they are. */
  augment?: Augmentation
  /** Share of each target that is spread over all classes, 0 up to 1 (Szegedy et al. 2016). Default 0. */
  labelSmoothing?: number
  /**
   * A weight for each class's rows in the loss, as PyTorch's `CrossEntropyLoss` has them, e.g. `classWeights(table)` of @pixelrow/data: above
   * 0, any scale; only a class without rows may have 0. Default: all equal.
   */
  classWeights?: ArrayLike<number>
  /** More figures for each epoch's record, computed from the validation rows' logits, e.g. `{ top3: topK(3) }`. */
  metrics?: Readonly<Record<string, Metric>>
  /** What `keepBest` and `patience` watch. Default `validationLoss`. */
  monitor?: 'validationLoss' | 'accuracy'
  /** Gives back the weights of the best epoch instead of the last one's. Needs validation rows. Default false. */
  keepBest?: boolean
  /** Ends training after this many epochs without improvement, 1 or more. Needs validation rows. Default: never. */
  patience?: number
  /** The least difference that counts as an improvement, 0 or more. Default 0. */
  minDelta?: number
  /** Ends training after the epoch whose validation accuracy reaches this, above 0 up to 1. Needs validation rows. Default: never. */
  targetAccuracy?: number
  /** Goes on from the bytes given to `onCheckpoint`; all other options, the table and the thread count must be the same, or it is refused. */
  resume?: Uint8Array
  /** Told all that is needed to go on (the safetensors format), after each epoch and when aborted. */
  onCheckpoint?: (checkpoint: Uint8Array) => unknown
  /** Told of each step, in order, after its chunk. */
  onStep?: (step: StepRecord) => unknown
  /** Told after each epoch. Where it gives `'stop'`, training ends there, as a whole one does: with its model and history. */
  onEpoch?: (record: EpochRecord) => unknown
  /** Told after each chunk of steps, about twice a second or more often. */
  onProgress?: (progress: Progress) => unknown
  /** Told when a device was lost and the training goes on elsewhere, from steps that may have been told of before. */
  onMove?: (move: DeviceMove) => unknown
  /**
   * Has the error of a training that diverges name the first value that is not finite, with its layer, step and inputs: the last chunk of
   * steps is done again from its beginning, operator by operator, by onnxruntime. A copy of the state is kept for that. Default false.
   */
  debug?: boolean
  /** Ends training at the next chunk: `fit` rejects with the signal's reason. */
  signal?: AbortSignal
}

/** Options with every default filled in, checked against the table. */
export interface Settings
  extends Required<Pick<FitOptions, Defaulted>>,
    Pick<FitOptions, 'targetAccuracy' | 'patience' | 'augment' | 'precision'> {
  train: LabelledTable
  validation?: LabelledTable
  /** Of the whole training. */
  steps: number
  stepsPerEpoch: number
  classWeights?: readonly number[]
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
  | 'monitor'
  | 'keepBest'
  | 'minDelta'

/** Checks options, whose names and ranges are right, against the architecture and the table; a problem is a sentence with the fix. */
export function settle(architecture: Architecture, table: PixelTable, options: FitOptions): Settings {
  const labelled = requireLabels(table, 'The table')
  requireShape(architecture, table, 'The table')
  requireClasses(labelled)
  validate(architecture, { classes: labelled.classes })
  const { weights, patience, targetAccuracy, augment, seed = 0 } = options
  if (weights) validateModel({ architecture, weights, classes: labelled.classes })
  const { train, validation } = splitOff(architecture, labelled, options)
  if (!validation) requireNoMonitor(options)
  if (augment) requireBackground(augment, table)
  return {
    train,
    ...(validation && { validation }),
    ...lengthOf(train, options),
    learningRate: options.learningRate ?? 0.1,
    optimizer: options.optimizer ?? sgd(),
    schedule: options.schedule ?? constant(),
    engine: options.engine ?? 'auto',
    device: options.device ?? 'auto',
    layout: options.layout ?? 'auto',
    threads: options.threads ?? availableParallelism(),
    seed,
    metrics: options.metrics ?? {},
    monitor: options.monitor ?? 'validationLoss',
    keepBest: options.keepBest ?? false,
    minDelta: options.minDelta ?? 0,
    labelSmoothing: options.labelSmoothing ?? 0,
    ...(patience !== undefined && { patience }),
    ...(targetAccuracy !== undefined && { targetAccuracy }),
    ...(augment && { augment: { ...blackOf(train), ...augment } }),
    ...(options.precision && { precision: options.precision }),
    ...(options.classWeights && { classWeights: weightsOf(train, options.classWeights) }),
  }
}

function requireClasses({ classes }: LabelledTable): void {
  if (classes.length >= 2) return
  throw new TrainError({
    code: 'TRAIN_CLASSES_FEW',
    params: { found: classes },
    message: `The table has ${classes.length} class; a classifier needs at least 2.`,
  })
}

function requireShape({ input }: Architecture, { pixels, shape, maxValue }: PixelTable, subject: string): void {
  const text = (of: PixelTable['shape']) =>
    `${of.height}×${of.width}×${of.channels}${of.channels > 1 ? ` ${of.channelOrder}` : ''}`
  const refuse = (what: string, found: string | number, expected: string | number) => {
    const message = `${subject} holds ${what}${what && ' '}${found}, the architecture takes ${expected}.`
    throw new TrainError({ code: 'TRAIN_IMAGES_OTHER', params: { subject, found, expected }, message })
  }
  if (text(input.shape) !== text(shape)) refuse('images of', text(shape), text(input.shape))
  const [kind, taken] = [areFloats(pixels), input.dataType === 'float32'].map((floats) =>
    floats ? '32-bit floats' : 'bytes',
  )
  if (kind !== taken) refuse('', kind!, taken!)
  if (maxValue > input.maxValue) refuse('values up to', maxValue, `0 to ${input.maxValue}`)
}

function splitOff(architecture: Architecture, table: LabelledTable, { validation, seed = 0 }: FitOptions) {
  if (validation === undefined || validation === 0) return { train: table, validation: undefined }
  if (typeof validation === 'number') {
    return split(table, { validation, seed }) as { train: LabelledTable; validation: LabelledTable }
  }
  const subject = 'The validation table'
  const other = requireLabels(validation, subject)
  requireShape(architecture, validation, subject)
  return { train: table, validation: withClasses(other, table.classes, subject) }
}

function requireNoMonitor(options: FitOptions): void {
  const name = (['patience', 'keepBest', 'metrics', 'targetAccuracy'] as const).find((option) => options[option])
  if (!name) return
  throw new TrainError({
    code: 'TRAIN_OPTION_NEEDS',
    params: { where: 'fit', option: name, needs: 'validation' },
    message: `${name} needs validation rows: pass validation: 0.1, or a table of rows to validate on.`,
  })
}

/** What lies outside of pictures of floats unless that is given: the least of all; of bytes it is 0. */
const blackOf = ({ pixels }: PixelTable): Pick<Augmentation, 'background'> =>
  areFloats(pixels) ? { background: pixels.reduce((least, pixel) => Math.min(least, pixel)) } : {}

/** What lies outside of a picture is a pixel, too. */
function requireBackground({ background = 0 }: Augmentation, { pixels, maxValue }: PixelTable): void {
  const isPixel = Number.isInteger(background) && background >= 0
  if (areFloats(pixels) || (isPixel && background <= maxValue)) return
  const expected = isPixel ? `at most ${maxValue}, the table's maxValue` : 'a whole number of at least 0'
  const found = show(background)
  const params = { where: 'fit', option: 'augment.background', expected, found }
  throw new TrainError({
    code: 'TRAIN_OPTION_INVALID',
    params,
    message: `fit: augment.background must be ${expected}; found ${found}.`,
  })
}

/** A class without rows may weigh nothing, as then it counts nowhere; rows that weigh nothing would be left out unsaid. */
function weightsOf(train: LabelledTable, given: ArrayLike<number>): readonly number[] {
  const weights = Array.from(given)
  const { classes } = train
  const counts = classCounts(train)
  const wrong = classes.findIndex((_, place) => counts[place]! > 0 && !(weights[place]! > 0))
  if (weights.length === classes.length && wrong < 0) return weights
  const expected = `${classes.length} numbers above 0, one for each class; 0 only for a class without rows`
  const at = weights.length === classes.length ? `${weights[wrong]} for the class ${show(classes[wrong])}` : undefined
  const found = at ?? show(weights)
  throw new TrainError({
    code: 'TRAIN_OPTION_INVALID',
    params: { where: 'fit', option: 'classWeights', expected, found },
    message: `fit: classWeights must be ${expected}; found ${found}.`,
  })
}

/** How long to train: in steps, whole epochs or not. */
function lengthOf(train: PixelTable, { batchSize: asked, epochs = 10, steps }: FitOptions) {
  const batchSize = batchSizeFor(train, asked)
  const stepsPerEpoch = Math.floor(train.rows / batchSize)
  return { batchSize, stepsPerEpoch, steps: steps ?? Math.max(1, Math.round(epochs * stepsPerEpoch)) }
}

function batchSizeFor({ rows }: PixelTable, asked: number | undefined): number {
  const size = asked ?? Math.min(128, rows)
  if (size <= rows) return size
  throw new TrainError({
    code: 'TRAIN_BATCH_TOO_LARGE',
    params: { found: size, expected: rows },
    message: `batchSize is ${size}, the table has ${rows} rows to train on; pass ${rows} or less.`,
  })
}
