import { epochOrder } from '@pixelrow/data'
import { type Position, type Snapshot, writeCheckpoint } from './checkpoint.ts'
import { nextCount, type ScalarSeries, trainSpan } from './chunks.ts'
import { evaluate } from './metrics.ts'
import { createMonitor } from './monitor.ts'
import type { FitOptions, Settings } from './options.ts'
import { LEARNING_RATE } from './training-graph.ts'
import type { EpochRecord, StateTensor, Trainer } from './types.ts'

/** What stays the same while the epochs run. */
export interface EpochPlan {
  settings: Settings
  series: ScalarSeries
  tensors: StateTensor[]
  identity: Record<string, unknown>
}

/** Runs the epochs from where `start` stands; gives the history and the final (or, where asked for, the best) state. */
export async function runEpochs(
  trainer: Trainer,
  plan: EpochPlan,
  start: Snapshot,
  reports: FitOptions,
): Promise<{ history: EpochRecord[]; state: Record<string, Float32Array> }> {
  const { settings, tensors, identity } = plan
  const position = structuredClone(start.position)
  const monitor = createMonitor(reports)
  let best = start.best
  const save = async () => {
    const snapshot = { position, state: await trainer.state(), best }
    reports.onCheckpoint?.(writeCheckpoint(snapshot, tensors, identity))
  }
  while (position.epoch <= epochsOf(settings) && !isReached(settings, position)) {
    try {
      await runSteps(trainer, plan, position, reports)
    } catch (error) {
      if (reports.signal?.aborted && reports.onCheckpoint) await save()
      throw error
    }
    const record = await endEpoch(trainer, plan, position)
    if (monitor?.isBetter(monitor.value(record), position.best?.value)) {
      position.best = { epoch: record.epoch, value: monitor.value(record) }
      if (reports.keepBest) best = await trainer.state()
    }
    reports.onEpoch?.(record)
    if (reports.onCheckpoint) await save()
    if (monitor?.isExhausted(record.epoch, position.best!.epoch)) break
  }
  return { history: position.history, state: best ?? (await trainer.state()) }
}

/** The last epoch is cut short where the steps are no whole number of them. */
const epochsOf = ({ steps, stepsPerEpoch }: Settings) => Math.ceil(steps / stepsPerEpoch)

function stepsIn({ steps, stepsPerEpoch }: Settings, epoch: number): number {
  return Math.min(stepsPerEpoch, steps - (epoch - 1) * stepsPerEpoch)
}

function isReached({ targetAccuracy = Infinity }: Settings, { history }: Position): boolean {
  return (history.at(-1)?.accuracy ?? 0) >= targetAccuracy
}

/** The steps left of the epoch under way, chunk by chunk. */
async function runSteps(trainer: Trainer, plan: EpochPlan, position: Position, reports: FitOptions): Promise<void> {
  const { settings, series } = plan
  const { train, stepsPerEpoch, batchSize, seed } = settings
  const { epoch } = position
  const [epochs, steps] = [epochsOf(settings), stepsIn(settings, epoch)]
  const order = epochOrder(train.rows, seed, epoch)
  let count = 1
  while (position.step < steps) {
    reports.signal?.throwIfAborted()
    const began = performance.now()
    const first = (epoch - 1) * stepsPerEpoch + position.step
    count = Math.min(count, steps - position.step)
    const losses = await trainSpan(
      trainer,
      { first, offset: position.step, count },
      { epoch, order, series, batchSize },
    )
    losses.forEach((loss, i) => {
      position.lossTotal += loss
      reports.onStep?.({ step: first + i + 1, epoch, loss, learningRate: series[LEARNING_RATE]!(first + i) })
    })
    position.step += count
    const milliseconds = performance.now() - began
    position.seconds += milliseconds / 1000
    reports.onProgress?.({ epoch, epochs, step: position.step, steps, loss: losses.at(-1)! })
    count = nextCount(count, milliseconds)
  }
}

/** Evaluates, writes the epoch into the history and moves the position to the next one. */
async function endEpoch(trainer: Trainer, { settings, series }: EpochPlan, position: Position) {
  const { validation, metrics, stepsPerEpoch } = settings
  const began = performance.now()
  const logits = validation && (await trainer.validate())
  const evaluation = logits && evaluate(logits, validation.labels)
  const values = Object.entries(metrics).map(([name, metric]) => [name, logits && metric(logits, validation.labels)])
  const record: EpochRecord = {
    epoch: position.epoch,
    trainLoss: position.lossTotal / position.step,
    ...(evaluation && { validationLoss: evaluation.loss, accuracy: evaluation.accuracy }),
    ...(logits && values.length > 0 && { metrics: Object.fromEntries(values) }),
    learningRate: series[LEARNING_RATE]!((position.epoch - 1) * stepsPerEpoch + position.step - 1),
    seconds: position.seconds + (performance.now() - began) / 1000,
  }
  position.history.push(record)
  Object.assign(position, { epoch: position.epoch + 1, step: 0, lossTotal: 0, seconds: 0 })
  return record
}
