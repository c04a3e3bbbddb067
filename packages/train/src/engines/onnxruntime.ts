import { createRequire } from 'node:module'
import { type Graph, sizeOf, type ValueInfo, write } from '@pixelrow/onnx'
import { type Host, startHost } from '@pixelrow/worker'
import type { Installed, NativeConflict } from '@pixelrow/worker/inside'
import type { Found, Replay } from '../debug/replay.ts'
import { TrainError } from '../error.ts'
import { type Lowered, lower } from '../lowerings/index.ts'
import type { CompileOptions, Engine, Trainer, TrainingGraph } from '../types.ts'
import { asModel, loopModel } from './loop.ts'
import source from './onnxruntime.worker.ts?source'
import { type SelfTest, testedBlock } from './self-test.ts'
import { FORWARD_ROWS, type ForwardJob, type Job } from './sessions.ts'

/**
 * Training through onnxruntime-node: the graph is lowered into plain ONNX whose `Loop` does many steps a run, in a worker thread.
 *
 * Same seed, package versions, kind of CPU and thread count give the same bits on the device `cpu`.
 */
export const onnxruntime: Engine = {
  name: 'onnxruntime',
  async devices(names) {
    const cpu = { name: 'cpu', available: true }
    return !names || names.includes('cpu') ? [cpu] : []
  },
  async compile(graph, options) {
    const host = openHost()
    return closingOnError(host, async () => {
      const { step, block, reason } = await lowered(host, graph, options)
      const { masks, loopCarried, byteOrder } = step
      const { pixels, labels, seed, augment, validation, profile } = options
      const trainer = await openJob(host, {
        training: {
          model: write(loopModel(graph, step)),
          masks,
          loopCarried,
          byteOrder,
          pixels,
          labels,
          seed,
          augment,
          profile,
        },
        forward: forwardJob(graph, block),
        validation,
        batchSize: graph.batchSize,
        imageBytes: graph.imageBytes,
        state: graph.state,
        values: options.state,
        threads: options.threads,
      })
      return { ...trainer, layouts: { block, ...(reason && { reason }), convolutions: step.choices } }
    })
  },
}

/** A trainer that only answers `logits`, for given weights. */
export async function compileForward(
  { forward, state, imageBytes }: Pick<TrainingGraph, 'forward' | 'state' | 'imageBytes'>,
  { state: values, threads }: Pick<CompileOptions, 'state' | 'threads'>,
): Promise<Pick<Trainer, 'logits' | 'close'>> {
  const host = openHost()
  const job = forwardJob({ forward, state }, 1)
  return closingOnError(host, () => openJob(host, { forward: job, batchSize: 1, imageBytes, state, values, threads }))
}

/** A step as this machine's onnxruntime runs it. */
interface LoweredStep extends SelfTest {
  step: Lowered
}

async function lowered(
  host: Host,
  graph: TrainingGraph,
  options: Pick<CompileOptions, 'layout'>,
): Promise<LoweredStep> {
  const found = await blockFor(host, graph, options)
  return { ...found, step: lower(graph.step, found) }
}

/** The step that `compile` would run, to be looked at. */
export function lowerHere(graph: TrainingGraph, options: Pick<CompileOptions, 'layout'>): Promise<LoweredStep> {
  return withHost((host) => lowered(host, graph, options))
}

/** Runs a plain model again and again in a thread of its own, up to the first value that is not finite. */
export function replayed(job: Replay): Promise<Found | undefined> {
  return withHost((host) => host.call<Found | undefined>('replay', job))
}

/** Does something in a thread that ends with it. */
async function withHost<T>(work: (host: Host) => Promise<T>): Promise<T> {
  const host = openHost()
  const result = await closingOnError(host, () => work(host))
  await host.close()
  return result
}

/** The forward graph; on blocks, for which there must be a known number of rows, it has that of one run. */
function forwardJob({ forward, state }: Pick<TrainingGraph, 'forward' | 'state'>, block: number): ForwardJob {
  const { graph, byteOrder, permutations } = lower(block > 1 ? withRows(forward, FORWARD_ROWS) : forward, { block })
  const weights = state.flatMap(({ name, dims, kind }) =>
    kind === 'optimizer'
      ? []
      : [{ name, dims, parts: [{ name, size: sizeOf(dims), permutation: permutations.get(name) }] }],
  )
  return { model: write(asModel(graph)), isFixed: block > 1, byteOrder, weights }
}

/** The graph for a number of rows in place of any. */
function withRows(graph: Graph, rows: number): Graph {
  const fixed = (infos: readonly ValueInfo[]) =>
    infos.map(({ name, type }) => ({
      name,
      type: { ...type, dims: type.dims?.map((dim) => (dim === 'N' ? rows : dim)) },
    }))
  const { inputs, outputs, values = [] } = graph
  return { ...graph, inputs: fixed(inputs), outputs: fixed(outputs), values: fixed(values) }
}

/** What a process has found out about its onnxruntime. */
let selfTest: Promise<SelfTest> | undefined

/** The block to train on: that of this onnxruntime if it passes its self-test, for a graph that has convolutions and is not to stay plain. */
async function blockFor(
  host: Host,
  { step }: TrainingGraph,
  { layout }: Pick<CompileOptions, 'layout'>,
): Promise<SelfTest> {
  if (!step.nodes.some(({ opType }) => opType === 'Conv')) return { block: 1 }
  if (layout === 'plain') return { block: 1, reason: 'the plain formulation was asked for' }
  selfTest ??= testedBlock((trial) => host.call('trial', trial))
  return selfTest.catch((error) => {
    selfTest = undefined
    throw error
  })
}

function openHost(): Host {
  const runtime = resolveRuntime()
  // onnxruntime reports its use by default. A worker's environment is a copy, so this must happen here, before it starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  return startHost(source, {
    name: 'pixelrow-train',
    data: { runtime },
    // What comes and goes with a chunk is small; a large nursery would only let it pile up.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
}

async function closingOnError<T>(host: Host, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await host.close()
    throw isConflict(error) ? conflictError(error) : error
  }
}

/** What the worker throws where another version of onnxruntime was in the process first. */
const isConflict = (error: unknown): error is NativeConflict =>
  typeof error === 'object' && error !== null && 'wanted' in error && 'loaded' in error

function conflictError({ wanted, loaded }: NativeConflict): TrainError {
  const named = ({ version, path }: Installed) => `${version === undefined ? '' : `${version}, `}from ${path}`
  const message =
    `Training needs onnxruntime-node ${named(wanted)}, and this process has already loaded onnxruntime ${loaded.map(named).join(' and ')}: ` +
    'it can have one version. Bring all who use it to one (npm ls onnxruntime-node shows them, "overrides" in package.json sets it).'
  return new TrainError({ code: 'TRAIN_RUNTIME_CONFLICT', params: { wanted, loaded }, message })
}

async function openJob(host: Host, job: Job): Promise<Trainer> {
  await host.call('open', job)
  return {
    train: (chunk) => host.call('train', chunk),
    logits: (pixels) => host.call('logits', pixels),
    validate: () => host.call('validate'),
    state: () => host.call('state'),
    close: () => host.close(),
  }
}

function resolveRuntime(): string {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node')
  } catch {
    const message =
      'Training needs onnxruntime-node, which is not installed. Run: ONNXRUNTIME_NODE_INSTALL=skip npm i onnxruntime-node@~1.30.0'
    throw new TrainError({ code: 'TRAIN_ENGINE_UNAVAILABLE', params: { engine: 'onnxruntime' }, message })
  }
}

/** The version of the onnxruntime-node that would train, as far as it can be told: a bundler may have left its package.json behind. */
export function onnxruntimeVersion(): string | undefined {
  try {
    const manifest: { version: string } = createRequire(import.meta.url)('onnxruntime-node/package.json')
    return manifest.version
  } catch {
    return undefined
  }
}
