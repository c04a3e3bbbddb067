import { classCounts, epochOrder, type PixelTable, selectRows } from '@pixelrow/data'
import { type Architecture, type Model, parameters } from '@pixelrow/model'
import { check } from './check.ts'
import type { Snapshot } from './checkpoint.ts'
import { surviving } from './device/surviving.ts'
import { runEpochs } from './epochs.ts'
import { diverged } from './finite.ts'
import { evaluate } from './metrics.ts'
import type { FitOptions, Settings } from './options.ts'
import { outcomeOf } from './outcome.ts'
import { prepare } from './prepared.ts'
import { fitRules } from './rules.ts'
import { makeReady, type SetUp } from './setup.ts'
import type { LabelledTable } from './table.ts'
import type { FitResult, Outcome, StateTensor } from './types.ts'

/**
 * Trains a classifier on a table's rows and gives the trained model with the history of its epochs.
 *
 * `architecture` fits the table's shape, values and classes (`linear(table)`, `mlp(table)` do); rows must have labels.
 * The work is done in a thread of its own. On the CPU the same seed, options, package versions, kind of CPU and thread
 * count give the same bits, also when the training was interrupted and resumed. Rejects with a `TrainError`: before training when an option, a
 * table or a checkpoint does not fit, and with the step and advice when a loss, a weight or the optimiser's memory stops being a number. Rejects
 * with the signal's reason when aborted (after a last `onCheckpoint`), and with what a callback throws. A training that comes to nothing
 * resolves: `outcome` says so. A device that is lost on the way (a driver's reset, memory that others took, a killed process) ends no training: it
 * goes on from the last point that was kept, on the CPU, and `moves` says so.
 */
export async function fit(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Promise<FitResult> {
  check('fit', options, fitRules)
  const { result } = await train(architecture, table, options)
  return result
}

/** A training with where it ended. */
export interface Trained {
  result: FitResult
  snapshot: Snapshot
  settings: Settings
}

/** `fit` from where `begin` says, with what is needed to go on; its options are checked. */
export async function train(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  begin?: (settings: Settings, tensors: StateTensor[]) => Snapshot,
): Promise<Trained> {
  const ready = await makeReady(architecture, table, options, begin && { begin })
  const withBatch = (batchSize: number) => {
    const { resume: _, ...others } = options
    return prepare(architecture, table, { ...others, batchSize }, { isTrial: true })
  }
  const finished = (training: SetUp) => finish(architecture, training, options)
  return surviving(ready, { ...options, withBatch }, finished)
}

/** Runs a training that stands ready to its end. */
async function finish(architecture: Architecture, training: SetUp, options: FitOptions): Promise<Trained> {
  const { trainer, settings, engine, device, precision, choice } = training
  const snapshot = await runEpochs(training, options)
  const { position, state } = snapshot
  const result: FitResult = {
    model: modelOf(architecture, state, settings.train),
    history: position.history,
    steps: position.total - position.from,
    ...(position.stopped && { stopped: position.stopped }),
    outcome: await outcome(training, snapshot),
    engine: engine.name,
    device,
    precision,
    threads: settings.threads,
    choice,
    ...(position.moves && { moves: position.moves }),
    ...(trainer.runtime && { runtime: trainer.runtime }),
    ...(trainer.layouts && { layouts: trainer.layouts }),
  }
  return { result, snapshot, settings }
}

function modelOf(
  architecture: Architecture,
  state: Record<string, Float32Array>,
  { classes, preparation }: Pick<LabelledTable, 'classes' | 'preparation'>,
): Model {
  const weights = parameters(architecture).map(({ name, dims }) => [name, { dims: [...dims], data: state[name]! }])
  return { architecture, weights: Object.fromEntries(weights), classes, ...(preparation && { preparation }) }
}

/** Fewer validation rows than these say little. */
const ENOUGH_ROWS = 100

/** Of the rows trained on at most so many are looked at. */
const SAMPLE = 1000

async function outcome(training: SetUp, { position }: Snapshot): Promise<Outcome> {
  const { settings } = training
  const { train, validation, keepBest } = settings
  const validated = keepBest ? position.best?.tally : position.tally
  const isValidated = validated && (keepBest || validation!.rows >= ENOUGH_ROWS)
  const sample = keepBest ? undefined : await evaluateSample(training)
  if (sample && !Number.isFinite(sample.loss)) {
    throw diverged({ what: 'loss', value: sample.loss, step: position.total, epoch: position.epoch })
  }
  return outcomeOf({
    ...(isValidated ? { on: 'validation', tally: validated } : { on: 'training', tally: sample!.tally }),
    ...(sample && { end: sample.loss }),
    isNormalized: training.graph.state.some(({ kind }) => kind === 'statistic'),
    losses: position.losses!,
    steps: position.total - position.from,
    counts: classCounts(train),
    loss: settings,
  })
}

/** What the weights as they are make of some of the rows trained on, taken by chance. */
async function evaluateSample({ trainer, settings }: SetUp): Promise<ReturnType<typeof evaluate>> {
  const { train, seed } = settings
  const rows = epochOrder(train.rows, seed, 0).subarray(0, SAMPLE)
  const { pixels, labels } = selectRows(train, rows) as LabelledTable
  return evaluate(await trainer.logits(pixels), labels)
}
