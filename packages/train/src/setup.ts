import { type PixelTable, random, streams } from '@pixelrow/data'
import { type Architecture, initialize, type Model } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { openCheckpoint, type Position, type Snapshot, stateOf } from './checkpoint.ts'
import { watched } from './debug/watched.ts'
import { chooseDevice } from './engines/choose.ts'
import { type Identity, identityOf, requireSame } from './identity.ts'
import { type FitOptions, type Settings, settle } from './options.ts'
import { requireValues, type ScalarSeries, scalarSeries } from './series.ts'
import { trainingGraph } from './training-graph.ts'
import type { CompileOptions, StateTensor, Trainer, TrainingGraph } from './types.ts'

/** A training that stands ready on a device. */
export interface SetUp {
  settings: Settings
  series: ScalarSeries
  /** What it is told by from all others; found when it is first asked for. */
  identity: () => Identity
  trainer: Trainer
  graph: TrainingGraph
  start: Snapshot
  engine: string
  device: string
  engineReason?: string
}

/** What a training is set up with beside its options. */
interface More extends Pick<CompileOptions, 'profile'> {
  /** Where to begin, from what was settled; default: with fresh weights, or those given. */
  begin?: (settings: Settings, tensors: StateTensor[]) => Snapshot
  /** Nothing is kept of it, and it ends long before its last step. */
  isTrial?: boolean
}

/** Checks what was asked for, builds and differentiates the graph and compiles it; whoever calls it closes the trainer. */
export async function setUp(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  { begin, isTrial = false, ...more }: More = {},
): Promise<SetUp> {
  const resumed = options.resume && openCheckpoint(options.resume)
  const settings = settle(architecture, table, { ...options, ...(resumed && { threads: resumed.identity.threads }) })
  options.signal?.throwIfAborted()
  const { train, batchSize, steps } = settings
  const wanted = settings.engine === 'auto' ? (resumed?.identity.engine ?? 'auto') : settings.engine
  const { engine, device, reason } = await chooseDevice(wanted, settings.device)
  const { graph, scalars } = trainingGraph(architecture, settings.optimizer, batchSize, lossOf(settings))
  const fresh = () => begin?.(settings, graph.state) ?? freshStart(architecture, graph.state, settings, options.weights)
  const { position, ...rest } = resumed ?? fresh()
  const series = scalarSeries(settings, scalars, position)
  if (!isTrial) requireValues(series, position, steps)
  const identity = once(() =>
    identityOf({ architecture, settings, graph, series, beginnings: position, engine: engine.name }),
  )
  if (resumed) requireSame(resumed.identity, identity())
  const start = 'weights' in rest ? stateOf({ position, ...rest }, graph.state) : { position, ...rest }
  const compiled = await engine.compile(graph, {
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
  const isWatched = options.debug && !isTrial
  const trainer = isWatched ? watched(compiled, { graph, settings, state: start.state }) : compiled
  return {
    settings,
    series,
    identity,
    trainer,
    graph,
    start,
    engine: engine.name,
    device,
    ...(reason !== undefined && { engineReason: reason }),
  }
}

function lossOf({ labelSmoothing, classWeights }: Settings) {
  return { labelSmoothing, ...(classWeights && { classWeights }) }
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined
  return () => {
    found ??= { value: find() }
    return found.value
  }
}

/** Before the first step: the weights given, else fresh ones, and nothing remembered. */
function freshStart(
  architecture: Architecture,
  tensors: StateTensor[],
  { seed }: Settings,
  given: Model['weights'] | undefined,
): Snapshot {
  const weights = given ?? initialize(architecture, random(seed, streams.weights).uniform)
  const state = Object.fromEntries(
    tensors.map(({ name, dims }) => [name, weights[name]?.data ?? new Float32Array(sizeOf(dims))]),
  )
  const begun = { epoch: 1, step: 0, total: 0, from: 0, optimizerFrom: 0 }
  const position: Position = { ...begun, lossTotal: 0, seconds: 0, history: [], earlier: 0 }
  return { position, state }
}
