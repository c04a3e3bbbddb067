import { type PixelTable, random, streams } from '@pixelrow/data'
import { type Architecture, initialize, type Model, parameters } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { identityOf, readCheckpoint, type Snapshot, threadsOf } from './checkpoint.ts'
import { scalarSeries } from './chunks.ts'
import { chooseDevice } from './engines/index.ts'
import { runEpochs } from './epochs.ts'
import { type FitOptions, type LabelledTable, type Settings, settle } from './options.ts'
import { LEARNING_RATE, trainingGraph } from './training-graph.ts'
import type { EpochRecord, FitResult, StateTensor } from './types.ts'

/**
 * Trains a classifier on a table's rows and gives the trained model with the history of its epochs.
 *
 * `architecture` fits the table's shape, values and classes (`linear(table)`, `mlp(table)` do); rows must have labels.
 * The work is done in a thread of its own. On the CPU the same seed, options, package versions, kind of CPU and thread
 * count give the same bits, also when the training was interrupted and resumed. Throws before training when anything
 * does not fit, rejects with the step and advice when the loss stops being a number, and with the signal's reason when
 * aborted (after a last `onCheckpoint`).
 */
export async function fit(architecture: Architecture, table: PixelTable, options: FitOptions = {}): Promise<FitResult> {
  const threads = options.resume ? threadsOf(options.resume) : options.threads
  const settings = settle(architecture, table, { ...options, threads })
  options.signal?.throwIfAborted()
  const { train, batchSize, steps } = settings
  const { engine, device } = await chooseDevice(settings.engine, settings.device)
  const { graph, scalars } = trainingGraph(architecture, settings.optimizer, batchSize, settings)
  const series = scalarSeries(settings, scalars, steps)
  const rates = [0, Math.floor(steps / 2), steps - 1].map((step) => series[LEARNING_RATE]!(step))
  const identity = identityOf(architecture, settings, rates)
  const start = options.resume
    ? readCheckpoint(options.resume, graph.state, identity)
    : beginning(architecture, graph.state, settings.seed, options.weights)
  const trainer = await engine.compile(graph, {
    device,
    layout: settings.layout,
    threads: settings.threads,
    pixels: train.pixels,
    labels: train.labels,
    validation: settings.validation?.pixels,
    seed: settings.seed,
    ...(settings.augment && { augment: { shape: train.shape, options: settings.augment } }),
    state: start.state,
  })
  try {
    const plan = { settings, series, tensors: graph.state, identity }
    const { history, state } = await runEpochs(trainer, plan, start, options)
    const model = modelOf(architecture, state, train)
    return {
      model,
      history,
      steps: stepsDone(history, settings),
      engine: engine.name,
      device,
      threads: settings.threads,
      ...(trainer.layouts && { layouts: trainer.layouts }),
    }
  } finally {
    await trainer.close()
  }
}

/** All of them, or fewer where training ended early. */
function stepsDone(history: EpochRecord[], { steps, stepsPerEpoch }: Settings): number {
  return Math.min(steps, history.length * stepsPerEpoch)
}

function beginning(
  architecture: Architecture,
  tensors: StateTensor[],
  seed: number,
  given: Model['weights'] | undefined,
): Snapshot {
  const weights = given ?? initialize(architecture, random(seed, streams.weights).uniform)
  const zeros = (dims: number[]) => new Float32Array(sizeOf(dims))
  const state = Object.fromEntries(tensors.map(({ name, dims }) => [name, weights[name]?.data ?? zeros(dims)]))
  return { position: { epoch: 1, step: 0, lossTotal: 0, seconds: 0, history: [] }, state }
}

function modelOf(
  architecture: Architecture,
  state: Record<string, Float32Array>,
  { classes, preparation }: Pick<LabelledTable, 'classes' | 'preparation'>,
): Model {
  const weights = parameters(architecture).map(({ name, dims }) => [name, { dims: [...dims], data: state[name]! }])
  return { architecture, weights: Object.fromEntries(weights), classes, ...(preparation && { preparation }) }
}
