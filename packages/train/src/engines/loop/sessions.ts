import type { Tensor } from '@pixelrow/runtime'
import { dataTypeOf, type PixelValues } from '../../../../../common/values.ts'
import { augmentRows } from '../../augmented.ts'
import { prepareBytes } from '../../lowerings/cpu/blocks/stem.ts'
import type { LoopCarried } from '../../lowerings/index.ts'
import { type Mask, maskBytes } from '../../masks.ts'
import type { Chunk, CompileOptions, StateTensor } from '../../types.ts'
import { carried, uncarried } from '../carried.ts'
import { type ForwardJob, openForward } from '../forward.ts'
import type { Runtime } from '../runtime.ts'
import { after, before, series } from './model.ts'

/** The models of a training graph with what they are fed. */
export interface LoopJob {
  device: 'cpu'
  /** Left out where only `logits` is wanted. */
  training?: TrainingJob
  forward: ForwardJob
  /** Pixels of the rows that `validate` gives logits for. */
  validation?: PixelValues
  batchSize: number
  imageBytes: number
  state: StateTensor[]
  values: Record<string, Float32Array>
  threads: number
}

/** What trains, with the table's rows. */
export interface TrainingJob extends Pick<CompileOptions, 'pixels' | 'labels' | 'seed' | 'augment' | 'profile'> {
  model: Uint8Array
  masks: Mask[]
  /** How the table's bytes are prepared and the state is laid out; see `lowerings`. */
  byteOrder: Int32Array | undefined
  loopCarried: LoopCarried[]
}

/** A training graph in onnxruntime sessions; the same code in a worker and wherever else onnxruntime runs. */
export async function openLoop(runtime: Runtime, job: LoopJob) {
  const { InferenceSession, Tensor } = runtime
  const options = { executionProviders: [job.device], intraOpNumThreads: job.threads, logSeverityLevel: 3 } as const
  const { batchSize, imageBytes, training } = job
  const forward = await openForward(runtime, { ...job.forward, ...options, imageBytes })
  const profiling = training?.profile && { enableProfiling: true, profileFilePrefix: training.profile }
  const session = training && (await InferenceSession.create(training.model, { ...options, ...profiling }))
  const byteOrder = training?.byteOrder
  const tableOf = (pixels: PixelValues, labels: Uint16Array): Record<string, Tensor> => ({
    table_pixels: byteOrder
      ? new Tensor(dataTypeOf(pixels), prepareBytes(pixels, byteOrder, imageBytes), [labels.length, byteOrder.length])
      : new Tensor(dataTypeOf(pixels), pixels, [labels.length, imageBytes]),
    table_labels: new Tensor('int32', Int32Array.from(labels), [labels.length]),
  })
  const table = training && !training.augment ? tableOf(training.pixels, training.labels) : undefined
  const held = carried(runtime, training?.loopCarried ?? uncarried(job.state), {
    values: job.values,
    isRead: !training,
  })

  /** Rows and table of a chunk: the whole table, or just the chunk's rows where they are augmented. */
  function batchFeeds({ rows, epoch }: Chunk): Record<string, Tensor> {
    const dims = [rows.length / batchSize, batchSize]
    if (!training?.augment) {
      return { ...table, rows: new Tensor('int32', new Int32Array(rows.buffer, rows.byteOffset, rows.length), dims) }
    }
    const labels = Uint16Array.from(rows, (row) => training.labels[row]!)
    const inOrder = Int32Array.from(rows, (_, i) => i)
    return { ...tableOf(augmentRows(training, rows, epoch), labels), rows: new Tensor('int32', inOrder, dims) }
  }

  async function train(chunk: Chunk): Promise<{ losses: Float32Array }> {
    const { first, scalars } = chunk
    const steps = chunk.rows.length / batchSize
    const feeds = { ...batchFeeds(chunk), ...held.before(before) }
    for (const [name, values] of Object.entries(scalars)) feeds[series(name)] = new Tensor('float32', values, [steps])
    for (const mask of training!.masks) {
      const bytes = maskBytes(mask, { seed: training!.seed, first, steps })
      feeds[series(mask.name)] = new Tensor('uint8', bytes, [steps, mask.size])
    }
    const results = await session!.run(feeds, { ...held.after(after), losses: null })
    const losses = results.losses!.data as Float32Array
    if (Number.isFinite(losses.at(-1))) held.step()
    return { losses: losses.slice() }
  }

  async function release(): Promise<void> {
    if (profiling) session?.endProfiling()
    await forward.release()
    await session?.release()
  }
  return {
    train,
    logits: (pixels: PixelValues) => forward.logits(held.values(), pixels),
    validate: () => forward.logits(held.values(), job.validation!),
    state: async () => held.values(),
    release,
  }
}
