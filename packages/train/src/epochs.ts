import { epochOrder } from '@pixelrow/data'
import { type Snapshot, writeCheckpoint } from './checkpoint.ts'
import { nextCount, type Span, trainSpan } from './chunks.ts'
import { diverged, finiteState } from './finite.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { evaluate } from './metrics.ts'
import { createMonitor, type Monitor } from './monitor.ts'
import type { FitOptions, Settings } from './options.ts'
import { LAST_LOSSES } from './outcome.ts'
import type { Position } from './position.ts'
import { stepsLeft } from './prepared.ts'
import { identityOn, type SetUp } from './setup.ts'
import { LEARNING_RATE } from './training-graph.ts'
import type { Chunk, EpochRecord, Stopped } from './types.ts'

/** Runs the epochs from where `start` stands; gives where it ended, with the final (or, where asked for, the best) state. */
export async function runEpochs(training: SetUp, reports: FitOptions): Promise<Snapshot> {
  const { settings, trainer, graph, start } = training
  const position = structuredClone(start.position)
  const monitor = createMonitor(settings)
  let best = start.best
  const state = () => finiteState(trainer, { step: position.total, epoch: position.epoch })
  const snapshot = async () => ({ position, state: await state(), ...(best && { best }) })
  const keeper = createKeeper(training, snapshot)
  const save = async () => {
    if (!reports.onCheckpoint && !keeper.isNeeded) return
    const now = await snapshot()
    keeper.keep(now)
    await reports.onCheckpoint?.(writeCheckpoint(now, graph.state, identityOn(training)))
  }
  while (stepsLeft(settings, position) > 0 && !position.stopped) {
    try {
      await runSteps(training, position, { ...reports, keeper })
    } catch (error) {
      if (reports.signal?.aborted) await save()
      throw error
    }
    const record = await endEpoch(training, position)
    if (monitor?.isBetter(monitor.value(record), position.best?.value)) {
      position.best = { epoch: record.epoch, value: monitor.value(record), tally: position.tally! }
      if (settings.keepBest) best = await state()
    }
    const answer = await reports.onEpoch?.(record)
    const stopped = answer === 'stop' ? 'onEpoch' : reasonToStop(record, { settings, monitor, position })
    if (stopped) position.stopped = stopped
    await save()
  }
  const last = await state()
  return { position, state: best ?? last }
}

function reasonToStop(
  { accuracy = 0, epoch }: EpochRecord,
  { settings, monitor, position }: { settings: Settings; monitor: Monitor | undefined; position: Position },
): Stopped | undefined {
  if (accuracy >= (settings.targetAccuracy ?? Infinity)) return 'targetAccuracy'
  return monitor?.isExhausted(epoch, position.best!.epoch) ? 'patience' : undefined
}

/** The steps left of the epoch under way, chunk by chunk. */
async function runSteps(
  { trainer, settings, series }: SetUp,
  position: Position,
  { keeper, ...reports }: FitOptions & { keeper: Keeper },
): Promise<void> {
  const { train, stepsPerEpoch, batchSize, seed } = settings
  const { epoch } = position
  // The last epoch is cut short where the steps are no whole number of them.
  const steps = position.step + Math.min(stepsPerEpoch - position.step, stepsLeft(settings, position))
  const epochs = epoch - 1 + Math.ceil((position.step + stepsLeft(settings, position)) / stepsPerEpoch)
  const order = epochOrder(train.rows, seed, epoch)
  let count = 1
  while (position.step < steps) {
    reports.signal?.throwIfAborted()
    const began = performance.now()
    const first = position.total
    count = Math.min(count, steps - position.step)
    const span = { first, offset: position.step, count }
    const next = trainer.looksAhead ? stepsAfter(span, { epoch, order, settings, left: epochs - epoch }) : undefined
    const losses = await trainSpan(trainer, span, { epoch, order, series, batchSize, ...(next && { next }) })
    const milliseconds = performance.now() - began
    countIn(position, losses, milliseconds)
    await keeper.keepNowAndThen(position.total)
    for (const [i, loss] of losses.entries()) {
      await reports.onStep?.({ step: first + i + 1, epoch, loss, learningRate: series[LEARNING_RATE]!(first + i) })
    }
    await reports.onProgress?.({ epoch, epochs, step: position.step, steps, loss: losses.at(-1)! })
    count = nextCount(count, milliseconds)
  }
}

/** As many steps as a span has, right behind it: of its epoch, else of the next one, else none. */
function stepsAfter(
  { first, offset, count }: Span,
  { epoch, order, settings, left }: { epoch: number; order: Uint32Array; settings: Settings; left: number },
): Chunk['next'] {
  const { train, stepsPerEpoch, batchSize, seed } = settings
  const start = offset + count
  const rowsFrom = (from: Uint32Array, at: number) =>
    from.slice(at * batchSize, Math.min(at + count, stepsPerEpoch) * batchSize)
  if (start < stepsPerEpoch) return { rows: rowsFrom(order, start), first: first + count, epoch }
  if (left === 0) return undefined
  return { rows: rowsFrom(epochOrder(train.rows, seed, epoch + 1), 0), first: first + count, epoch: epoch + 1 }
}

/** Moves the position behind a chunk of steps. */
function countIn(position: Position, losses: Float32Array, milliseconds: number): void {
  for (const loss of losses) position.lossTotal += loss
  const { first = losses[0]!, last = [] } = position.losses ?? {}
  position.losses = { first, last: [...last, ...losses].slice(-LAST_LOSSES) }
  position.step += losses.length
  position.total += losses.length
  position.seconds += milliseconds / 1000
}

/** Evaluates, writes the epoch into the history and, where the epoch is whole, moves the position to the next one. */
async function endEpoch({ trainer, settings, series }: SetUp, position: Position): Promise<EpochRecord> {
  const { validation, metrics, stepsPerEpoch } = settings
  const began = performance.now()
  const logits = validation && (await trainer.validate())
  const evaluation = logits && evaluate(logits, validation.labels)
  if (evaluation && !Number.isFinite(evaluation.loss)) {
    throw diverged({ what: 'validation loss', value: evaluation.loss, step: position.total, epoch: position.epoch })
  }
  const values = Object.entries(metrics).map(([name, metric]) => [name, logits && metric(logits, validation.labels)])
  const record: EpochRecord = {
    epoch: position.epoch,
    trainLoss: position.lossTotal / position.step,
    ...(evaluation && { validationLoss: evaluation.loss, accuracy: evaluation.accuracy }),
    ...(logits && values.length > 0 && { metrics: Object.fromEntries(values) }),
    learningRate: series[LEARNING_RATE]!(position.total - 1),
    seconds: position.seconds + (performance.now() - began) / 1000,
  }
  position.history.push(record)
  if (evaluation) position.tally = evaluation.tally
  if (position.step === stepsPerEpoch) {
    Object.assign(position, { epoch: position.epoch + 1, step: 0, lossTotal: 0, seconds: 0 })
  }
  return record
}
