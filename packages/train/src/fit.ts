import { epochOrder, type PixelTable, random, streams } from '@pixelrow/data'
import { type Architecture, initialize, type Model, parameters } from '@pixelrow/model'
import { chooseDevice } from './engines/index.ts'
import { evaluate } from './metrics.ts'
import { type FitOptions, type Settings, settle } from './options.ts'
import { LEARNING_RATE, trainingGraph } from './training-graph.ts'
import type { ScalarValue } from './transforms.ts'
import type { Chunk, EpochRecord, FitResult, Trainer } from './types.ts'

/** A chunk of steps is one call into the engine. Short enough to end at once when asked to, long enough to cost nothing. */
const CHUNK_SECONDS = 0.25

/**
 * Trains a classifier on a table's rows and gives the trained model with the history of its epochs.
 *
 * `architecture` fits the table's shape, values and classes (`linear(table)`, `mlp(table)` do); rows must have labels.
 * The work is done in a thread of its own. On the CPU the same seed, options, package versions, kind of CPU and thread
 * count give the same bits. Throws before training when anything does not fit, rejects with the step and advice
 * when the loss stops being a number, and with the signal's reason when aborted.
 */
export async function fit(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Promise<FitResult> {
  const settings = settle(architecture, table, options)
  options.signal?.throwIfAborted()
  const { engine, device } = await chooseDevice(settings.engine, settings.device)
  const { graph, scalars } = trainingGraph(architecture, settings.optimizer, settings.batchSize)
  const { train, threads } = settings
  const state = initialState(architecture, settings.seed, graph.state)
  const trainer = await engine.compile(graph, { device, threads, pixels: train.pixels, labels: train.labels, state })
  try {
    const history = await runEpochs(trainer, settings, scalars, options)
    const model = modelOf(architecture, await trainer.state(), train.classes)
    return { model, history, engine: engine.name, device, threads }
  } finally {
    await trainer.close()
  }
}

function initialState(architecture: Architecture, seed: number, state: { name: string; dims: number[] }[]) {
  const weights = initialize(architecture, random(seed, streams.weights).uniform)
  const size = (dims: number[]) => dims.reduce((product, dim) => product * dim, 1)
  return Object.fromEntries(state.map(({ name, dims }) => [name, weights[name]?.data ?? new Float32Array(size(dims))]))
}

function modelOf(architecture: Architecture, state: Record<string, Float32Array>, classes: string[]): Model {
  const weights = parameters(architecture).map(({ name, dims }) => [name, { dims: [...dims], data: state[name]! }])
  return { architecture, weights: Object.fromEntries(weights), classes }
}

type Reports = Pick<FitOptions, 'onEpoch' | 'onProgress' | 'signal'>
type Scalars = Record<string, ScalarValue>

async function runEpochs(
  trainer: Trainer,
  settings: Settings,
  scalars: Scalars,
  reports: Reports,
): Promise<EpochRecord[]> {
  const { train, validation, epochs, batchSize } = settings
  const stepsPerEpoch = Math.floor(train.rows / batchSize)
  const values = scalarValues(settings, scalars, epochs * stepsPerEpoch)
  const history: EpochRecord[] = []
  let chunkSteps = 1
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const began = performance.now()
    const order = epochOrder(train.rows, settings.seed, epoch)
    const first = (epoch - 1) * stepsPerEpoch
    let total = 0
    for (let step = 0; step < stepsPerEpoch; ) {
      reports.signal?.throwIfAborted()
      const count = Math.min(chunkSteps, stepsPerEpoch - step)
      const chunkBegan = performance.now()
      const losses = await trainChunk(trainer, order, values, { first: first + step, offset: step, count, batchSize })
      chunkSteps = nextChunk(count, performance.now() - chunkBegan)
      total += losses.reduce((sum, loss) => sum + loss, 0)
      step += count
      reports.onProgress?.({ epoch, epochs, step, steps: stepsPerEpoch, loss: losses.at(-1)! })
    }
    const evaluation = validation && evaluate(await trainer.logits(validation.pixels), validation.labels)
    const record: EpochRecord = {
      epoch,
      trainLoss: total / stepsPerEpoch,
      ...(evaluation && { validationLoss: evaluation.loss, accuracy: evaluation.accuracy }),
      learningRate: values[LEARNING_RATE]!(first + stepsPerEpoch - 1),
      seconds: (performance.now() - began) / 1000,
    }
    history.push(record)
    reports.onEpoch?.(record)
  }
  return history
}

/** Every scalar as a function of the step alone. */
function scalarValues({ learningRate, schedule }: Settings, scalars: Scalars, steps: number) {
  const values: Record<string, (step: number) => number> = {
    [LEARNING_RATE]: (step) => learningRate * schedule(step, steps),
  }
  for (const [name, value] of Object.entries(scalars)) values[name] = (step) => value(step, steps)
  return values
}

interface Span {
  /** Number of the first step, counted from the training's start. */
  first: number
  /** The same, counted from the epoch's start. */
  offset: number
  count: number
  batchSize: number
}

async function trainChunk(
  trainer: Trainer,
  order: Uint32Array,
  values: Record<string, (step: number) => number>,
  { first, offset, count, batchSize }: Span,
): Promise<Float32Array> {
  const series = (value: (step: number) => number) => Float32Array.from({ length: count }, (_, i) => value(first + i))
  const chunk: Chunk = {
    rows: order.slice(offset * batchSize, (offset + count) * batchSize),
    scalars: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, series(value)])),
  }
  const { losses } = await trainer.train(chunk)
  if (Number.isFinite(losses.at(-1))) return losses
  const step = first + losses.length
  throw new Error(
    `The loss is ${losses.at(-1)} at step ${step}: training diverged. Try a learning rate ten times smaller.`,
  )
}

/** How many steps fill a chunk's time; grows at most eightfold at once, since the first steps are slow. */
function nextChunk(steps: number, milliseconds: number): number {
  const fitting = (steps * CHUNK_SECONDS * 1000) / Math.max(milliseconds, 1)
  return Math.max(1, Math.floor(Math.min(fitting, steps * 8)))
}
