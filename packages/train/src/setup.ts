import { type PixelTable, random, streams } from '@pixelrow/data'
import { type Architecture, initialize, type Model } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { identityOf, madeWith, readCheckpoint, type Snapshot } from './checkpoint.ts'
import { scalarSeries } from './chunks.ts'
import { chooseDevice } from './engines/choose.ts'
import type { EpochPlan } from './epochs.ts'
import { type FitOptions, settle } from './options.ts'
import { LEARNING_RATE, trainingGraph } from './training-graph.ts'
import type { CompileOptions, StateTensor, Trainer, TrainingGraph } from './types.ts'

/** A training that stands ready on a device. */
export interface SetUp extends EpochPlan {
  trainer: Trainer
  graph: TrainingGraph
  start: Snapshot
  engine: string
  device: string
  engineReason?: string
}

/** Checks what was asked for, builds and differentiates the graph and compiles it; whoever calls it closes the trainer. */
export async function setUp(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  more: Pick<CompileOptions, 'profile'> = {},
): Promise<SetUp> {
  const before = options.resume && madeWith(options.resume)
  const settings = settle(architecture, table, { ...options, ...(before && { threads: before.threads }) })
  options.signal?.throwIfAborted()
  const { train, batchSize, steps } = settings
  const wanted = settings.engine === 'auto' ? (before?.engine ?? 'auto') : settings.engine
  const { engine, device, reason } = await chooseDevice(wanted, settings.device)
  const { graph, scalars } = trainingGraph(architecture, settings.optimizer, batchSize, settings)
  const series = scalarSeries(settings, scalars, steps)
  const rates = [0, Math.floor(steps / 2), steps - 1].map((step) => series[LEARNING_RATE]!(step))
  const identity = identityOf(architecture, settings, { rates, engine: engine.name })
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
    ...more,
  })
  return {
    ...{ settings, series, tensors: graph.state, identity, trainer, graph, start, engine: engine.name, device },
    ...(reason !== undefined && { engineReason: reason }),
  }
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
