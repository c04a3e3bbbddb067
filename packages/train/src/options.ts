import { availableParallelism } from 'node:os'
import { type PixelTable, split } from '@pixelrow/data'
import { type Architecture, validate } from '@pixelrow/model'
import { type Optimizer, sgd } from './optimizers.ts'
import { constant } from './schedules.ts'
import type { EpochRecord, Progress, Schedule } from './types.ts'

/** How to train. */
export interface FitOptions {
  /** Rows to evaluate on after each epoch: a table, or the share 0..0.5 to split off (stratified). Default: none. */
  validation?: PixelTable | number
  /** Passes over the table, 1 or more. Default 10. */
  epochs?: number
  /** Rows a step; the rows left over at an epoch's end sit that epoch out. Default 128, at most the table's rows. */
  batchSize?: number
  /** Above 0. Default 0.1. */
  learningRate?: number
  /** Default `sgd()`. */
  optimizer?: Optimizer
  /** The learning rate's course. Default `constant()`. */
  schedule?: Schedule
  /** `auto` (default) or `onnxruntime`. */
  engine?: string
  /** `auto` (default) or `cpu`. */
  device?: string
  /** Threads for one operator. Default: as many as the machine has cores. */
  threads?: number
  /** Decides initial weights, the split and the order of rows. Default 0. */
  seed?: number
  /** Told after each epoch. */
  onEpoch?: (record: EpochRecord) => void
  /** Told after each chunk of steps, about twice a second or more often. */
  onProgress?: (progress: Progress) => void
  /** Ends training at the next chunk: `fit` rejects with the signal's reason. */
  signal?: AbortSignal
}

/** Options with every default filled in, checked against the table. */
export interface Settings extends Required<Omit<FitOptions, 'validation' | 'onEpoch' | 'onProgress' | 'signal'>> {
  train: LabelledTable
  validation?: LabelledTable
}

export type LabelledTable = PixelTable & { labels: Uint16Array; classes: string[] }

/** Checks what was asked against the architecture and the table; a problem is a sentence with the fix. */
export function settle(architecture: Architecture, table: PixelTable, options: FitOptions): Settings {
  const labelled = requireLabels(table, 'The table')
  requireShape(architecture, table, 'The table')
  if (labelled.classes.length < 2) {
    throw new RangeError(`The table has ${labelled.classes.length} class; a classifier needs at least 2.`)
  }
  validate(architecture, { classes: labelled.classes })
  const seed = whole('seed', options.seed ?? 0, 0)
  const { train, validation } = splitOff(architecture, labelled, options.validation, seed)
  const learningRate = options.learningRate ?? 0.1
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new RangeError(`learningRate must be a number above 0, e.g. 0.1; found ${learningRate}.`)
  }
  return {
    train,
    validation,
    epochs: whole('epochs', options.epochs ?? 10, 1),
    batchSize: batchSizeFor(train, options.batchSize),
    learningRate,
    optimizer: options.optimizer ?? sgd(),
    schedule: options.schedule ?? constant(),
    engine: options.engine ?? 'auto',
    device: options.device ?? 'auto',
    threads: whole('threads', options.threads ?? availableParallelism(), 1),
    seed,
  }
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
