import { type PixelTable, random, streams } from '@pixelrow/data'
import { type Architecture, initialize, type Model } from '@pixelrow/model'
import { sizeOf } from '@pixelrow/onnx'
import { openCheckpoint, type Snapshot, stateOf } from './checkpoint.ts'
import { type Identity, identityOf, type Place, requireSame } from './identity.ts'
import { LOSS_SCALE } from './loss-scaling.ts'
import { type FitOptions, type Settings, settle } from './options.ts'
import type { Position } from './position.ts'
import { requireValues, type ScalarSeries, scalarSeries } from './series.ts'
import { trainingGraph } from './training-graph.ts'
import type { CompileOptions, Engine, Precision, StateTensor, Trainer, TrainingGraph } from './types.ts'

/** A training that is settled and differentiated, and stands on no device yet. */
export interface Prepared {
  settings: Settings
  series: ScalarSeries
  graph: TrainingGraph
  start: Snapshot
  /** Of the checkpoint that it goes on from. */
  resumed?: Identity
  /** What it is told by from all others, on a device. */
  identity(on: Place): Identity
}

/** What a training is prepared with beside its options. */
export interface Preparation {
  /** Where to begin, from what was settled; default: with fresh weights, or those given. */
  begin?: (settings: Settings, tensors: StateTensor[]) => Snapshot
  /** Nothing is kept of it, and it ends long before its last step. */
  isTrial?: boolean
}

/** Checks what was asked for, and builds and differentiates the graph. */
export function prepare(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  { begin, isTrial = false }: Preparation = {},
): Prepared {
  const resumed = options.resume && openCheckpoint(options.resume)
  const settings = settle(architecture, table, { ...options, ...(resumed && { threads: resumed.identity.threads }) })
  options.signal?.throwIfAborted()
  const { batchSize, steps } = settings
  const { graph, scalars } = trainingGraph(architecture, settings.optimizer, batchSize, {
    ...lossOf(settings),
    scaled: resumed ? LOSS_SCALE in resumed.weights : settings.precision === 'fp16',
  })
  const fresh = () => begin?.(settings, graph.state) ?? freshStart(architecture, graph.state, settings, options.weights)
  const { position, ...rest } = resumed ?? fresh()
  const series = scalarSeries(settings, scalars, position)
  if (!isTrial) requireValues(series, position, steps)
  const identity = identityOf({ architecture, settings, graph, series, beginnings: position })
  if (resumed) requireSame(resumed.identity, identity(placeOf(settings, resumed.identity)))
  const start = 'weights' in rest ? stateOf({ position, ...rest }, graph.state) : { position, ...rest }
  return { settings, series, graph, start, identity, ...(resumed && { resumed: resumed.identity }) }
}

/** Where a checkpoint's training was, as far as nothing else is asked for: on another device than its own it is another matter what it computes in. */
function placeOf({ engine, device, precision }: Settings, was: Identity): Place {
  const isElsewhere = device !== 'auto' && device !== was.device
  const name = typeof engine === 'string' ? engine : engine.name
  return {
    engine: name === 'auto' ? was.engine : name,
    device: was.device,
    precision: isElsewhere ? was.precision : (precision ?? was.precision),
  }
}

/** A place to train in. */
export interface On {
  engine: Engine
  device: string
  precision: Precision
}

/** The training's graph on a device, with a state; whoever calls it closes the trainer. */
export function compileOn(
  { settings, graph, start }: Pick<Prepared, 'settings' | 'graph' | 'start'>,
  { engine, device, precision }: On,
  more: Partial<Pick<CompileOptions, 'profile' | 'state'>> = {},
): Promise<Trainer> {
  const { train, validation, seed, threads, layout, augment } = settings
  return engine.compile(graph, {
    device,
    precision,
    layout,
    threads,
    pixels: train.pixels,
    labels: train.labels,
    validation: validation?.pixels,
    seed,
    ...(augment && { augment: { shape: train.shape, options: augment } }),
    state: start.state,
    ...more,
  })
}

/** Steps that are left of a training where it stands. */
export const stepsLeft = ({ steps }: Pick<Settings, 'steps'>, { from, total }: Pick<Position, 'from' | 'total'>) =>
  from + steps - total

function lossOf({ labelSmoothing, classWeights }: Settings) {
  return { labelSmoothing, ...(classWeights && { classWeights }) }
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
