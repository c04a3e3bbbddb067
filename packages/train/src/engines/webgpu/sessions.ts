import type { InferenceSession, Tensor } from '@pixelrow/runtime'
import { dataTypeOf, type PixelValues } from '../../../../../common/values.ts'
import type { LoopCarried } from '../../lowerings/index.ts'
import { required } from '../../required.ts'
import type { Chunk } from '../../types.ts'
import { inRuns } from '../in-runs.ts'
import type { Runtime } from '../runtime.ts'
import { pack, unpack } from '../state.ts'
import { type BatchData, batchesOf, type Span } from './batches.ts'

/** The models of a training without a loop, with what they are fed. Nothing here is Node's: a page does the same. */
export interface StepsJob {
  device: 'webgpu'
  /** The model of `count` steps a run, and that of one step for those that are left over. */
  steps: { count: number; model: Uint8Array; single: Uint8Array }
  /** Gives the state back, to be read. */
  reading: Uint8Array
  /** Takes so many rows and some of what is carried on. */
  forward: { model: Uint8Array; carried: string[]; rows: number }
  data: BatchData
  /** Pixels of the rows that `validate` gives logits for. */
  validation: PixelValues | undefined
  loopCarried: LoopCarried[]
  /** Initial values by state name. */
  state: Record<string, Float32Array>
  /** What the path of a profile begins with. */
  profile: string | undefined
}

/** What the steps carry on, by name: at first on the host, then in the device's buffers. */
type Carried = ReadonlyMap<string, Tensor>

/** The state in GPU buffers from run to run: each run's outputs are the next one's inputs, and what they replace is freed. */
export async function openSteps(runtime: Runtime, job: StepsJob) {
  const { Tensor } = runtime
  const { data, loopCarried } = job
  const { imageBytes } = data
  const open = opener(runtime)
  const onDevice = {
    losses: 'cpu' as const,
    ...Object.fromEntries(loopCarried.map(({ name }) => [`${name}:next`, 'gpu-buffer' as const])),
  }
  const profiled = (runs: string) =>
    job.profile ? { enableProfiling: true, profileFilePrefix: `${job.profile}-${runs}` } : {}
  const many = await open(job.steps.model, { preferredOutputLocation: onDevice, ...profiled('many') })
  const single =
    job.steps.count === 1
      ? many
      : await open(job.steps.single, { preferredOutputLocation: onDevice, ...profiled('single') })
  const reading = await open(job.reading, { graphOptimizationLevel: 'disabled' })
  const forward = await open(job.forward.model, {})
  let carried: Carried = new Map(
    loopCarried.map((tensor) => [tensor.name, new Tensor('float32', pack(tensor, job.state), tensor.dims)]),
  )

  /** Runs the steps of a span from a state; gives the next one. */
  async function run(from: Carried, feeds: Record<string, Tensor>, { count }: Span) {
    const session = count === 1 ? single : many
    const results = new Map(Object.entries(await session.run({ ...feeds, ...Object.fromEntries(from) })))
    const next = new Map(loopCarried.map(({ name }) => [name, required(results, `${name}:next`, 'state')]))
    return { next, losses: required(results, 'losses', 'value').data as Float32Array }
  }

  async function train(chunk: Chunk): Promise<{ losses: Float32Array }> {
    const before = carried
    const losses: number[] = []
    let after = before
    const replace = (next: Carried) => {
      if (after !== before) free(after)
      after = next
    }
    try {
      const spans = spansOf(chunk.rows.length / data.batchSize, job.steps.count)
      const feedsOf = (span: Span | undefined) => (span ? batchesOf(runtime, data, chunk, span) : {})
      let feeds = feedsOf(spans[0])
      for (const [i, span] of spans.entries()) {
        const running = run(after, feeds, span)
        // In a page the GPU computes meanwhile; Node's session blocks until it has done so.
        feeds = feedsOf(spans[i + 1])
        const found = await running
        replace(found.next)
        losses.push(...throughFirstNotFinite(found.losses))
        if (!Number.isFinite(losses.at(-1))) break
      }
    } catch (error) {
      replace(before)
      throw error
    }
    if (!Number.isFinite(losses.at(-1))) replace(before)
    if (after !== before) free(before)
    carried = after
    return { losses: Float32Array.from(losses) }
  }

  function logits(pixels: PixelValues): Promise<Float32Array> {
    const { rows } = job.forward
    const weights = Object.fromEntries(job.forward.carried.map((name) => [name, required(carried, name, 'state')]))
    return inRuns(pixels, { imageBytes, rows, isFixed: true }, async (batch) => {
      const results = await forward.run({
        ...weights,
        pixels: new Tensor(dataTypeOf(batch), batch, [rows, imageBytes]),
      })
      return results.logits!.data as Float32Array
    })
  }

  async function state(): Promise<Record<string, Float32Array>> {
    // The data of a buffer on the device cannot be asked for: that would end the process.
    const results = await reading.run(Object.fromEntries(carried))
    return Object.assign(
      {},
      ...loopCarried.map((tensor) => unpack(tensor, results[`${tensor.name}:read`]!.data as Float32Array)),
    )
  }

  async function release(): Promise<void> {
    if (job.profile) for (const session of new Set([many, single])) session.endProfiling()
    free(carried)
    for (const session of new Set([many, single, reading, forward])) await session.release()
  }
  return { train, logits, validate: () => logits(job.validation!), state, release }
}

function opener({ InferenceSession }: Runtime) {
  return (model: Uint8Array, options: InferenceSession.SessionOptions) =>
    InferenceSession.create(model, {
      // As ONNX has images; by default every convolution would be given them in another layout, by two more launches.
      executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW' }],
      logSeverityLevel: 3,
      ...options,
    })
}

/** As many runs of `count` steps as fit, then single ones. */
function spansOf(steps: number, count: number): Span[] {
  const spans: Span[] = []
  for (let start = 0; start < steps; start += spans.at(-1)!.count)
    spans.push({ start, count: steps - start < count ? 1 : count })
  return spans
}

function throughFirstNotFinite(losses: Float32Array): Float32Array {
  const at = losses.findIndex((loss) => !Number.isFinite(loss))
  return at < 0 ? losses : losses.subarray(0, at + 1)
}

function free(carried: Carried): void {
  for (const tensor of carried.values()) tensor.dispose()
}
