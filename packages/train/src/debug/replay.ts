import type { Graph, Node } from '@pixelrow/onnx'
import type { InferenceSession, Tensor } from '@pixelrow/runtime'
import { dataTypeOf, type PixelValues } from '../../../../common/values.ts'
import type { Runtime } from '../engines/runtime.ts'
import { maskBytes } from '../masks.ts'
import type { StateTensor } from '../types.ts'
import { firstNotFinite, type Numbers, numbersOf } from './numbers.ts'
import type { PlainModel } from './plain.ts'

/** Runs of a plain model, one after the other, each from the state that the one before left. */
export interface Replay extends PlainModel {
  /** What the model was made of. */
  graph: Graph
  /** Those of the graph's inputs that a run replaces by its outputs `next`. */
  state: Pick<StateTensor, 'name' | 'dims' | 'next'>[]
  /** Their values before the first run. */
  values: Record<string, Float32Array>
  /** Rows of one run; the last one may have fewer where there are no labels. */
  batchSize: number
  imageBytes: number
  /** All rows in order, with their labels where the graph takes any. */
  pixels: PixelValues
  labels?: Int32Array
  /** Each scalar's value in each run. */
  scalars: Record<string, Float32Array>
  /** What random masks are made of: the training's seed, and the first run's step. */
  seed: number
  first: number
  threads: number
}

/** The first value that is not finite. */
export interface Found {
  /** Runs before. */
  run: number
  /** The value, by its name in the graph, and what its numbers are like. */
  value: Numbers
  /** The node that made it; not there for what came in. */
  node?: Pick<Node, 'name' | 'opType' | 'domain'>
  /** What the node was given; only float values are listed. */
  inputs: Numbers[]
}

/** Looks at every value of every run, in the order of the graph's nodes, for the first one with a number that is NaN or infinite. */
export async function replay(runtime: Runtime, job: Replay): Promise<Found | undefined> {
  const session = await runtime.InferenceSession.create(job.model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: job.threads,
    logSeverityLevel: 3,
    graphOptimizationLevel: 'disabled',
  })
  try {
    return await runAll(session, runtime, job)
  } finally {
    await session.release()
  }
}

async function runAll(session: InferenceSession, runtime: Runtime, job: Replay): Promise<Found | undefined> {
  let { values } = job
  const runs = Math.ceil(job.pixels.length / job.imageBytes / job.batchSize)
  for (let run = 0; run < runs; run++) {
    const feeds = feedsOf(runtime, job, values, run)
    const results = await session.run(feeds)
    const found = firstIn(job.graph, (name) => floatsOf(results[name] ?? feeds[name]))
    if (found) return { run, ...found }
    values = Object.fromEntries(job.state.map(({ name, next }) => [name, floatsOf(results[next]) ?? values[name]!]))
  }
  return undefined
}

function feedsOf({ Tensor }: Runtime, job: Replay, values: Replay['values'], run: number): Record<string, Tensor> {
  const { batchSize, imageBytes, state, seed, first } = job
  const pixels = job.pixels.subarray(run * batchSize * imageBytes, (run + 1) * batchSize * imageBytes)
  const labels = job.labels?.subarray(run * batchSize, (run + 1) * batchSize)
  const feeds: Record<string, Tensor> = {
    pixels: new Tensor(dataTypeOf(pixels), pixels, [pixels.length / imageBytes, imageBytes]),
    ...(labels && { labels: new Tensor('int32', labels, [batchSize]) }),
  }
  for (const { name, dims } of state) feeds[name] = new Tensor('float32', values[name]!, dims)
  for (const [name, series] of Object.entries(job.scalars)) feeds[name] = new Tensor('float32', [series[run]!], [])
  for (const mask of job.masks) {
    feeds[mask.name] = new Tensor('uint8', maskBytes(mask, { seed, first: first + run }), [mask.size])
  }
  return feeds
}

const floatsOf = (tensor: Tensor | undefined): Float32Array | undefined =>
  tensor?.type === 'float32' ? (tensor.data as Float32Array) : undefined

function firstIn(graph: Graph, valueAt: (name: string) => Float32Array | undefined): Omit<Found, 'run'> | undefined {
  const constants = new Map(
    graph.initializers.map(({ name, dataType, data }) => [name, dataType === 'float32' && data]),
  )
  const floats = (name: string) => valueAt(name) ?? (constants.get(name) || undefined)
  const numbers = (names: readonly string[]): Numbers[] =>
    names.flatMap((name) => {
      const data = floats(name)
      return data ? [numbersOf(name, Float32Array.from(data as Float32Array))] : []
    })
  const isWrong = (name: string) => firstNotFinite(valueAt(name) ?? new Float32Array()) !== undefined
  const given = graph.inputs.find(({ name }) => isWrong(name))
  if (given) return { value: numbers([given.name])[0]!, inputs: [] }
  for (const { name, opType, domain, inputs, outputs } of graph.nodes) {
    const output = outputs.find(isWrong)
    if (output === undefined) continue
    return { value: numbers([output])[0]!, node: { name, opType, domain }, inputs: numbers(inputs) }
  }
  return undefined
}
