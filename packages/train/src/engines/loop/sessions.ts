import { sizeOf } from '@pixelrow/onnx'
import type { Tensor } from 'onnxruntime-node'
import { augmentRows } from '../../augmented.ts'
import { prepareBytes } from '../../lowerings/cpu/blocks/stem.ts'
import type { LoopCarried } from '../../lowerings/index.ts'
import { fillMask, type Mask } from '../../masks.ts'
import { required } from '../../required.ts'
import type { Chunk, CompileOptions, StateTensor } from '../../types.ts'
import type { Runtime } from '../runtime.ts'
import { pack, unpack } from '../state.ts'
import { after, before, series } from './model.ts'

/** The models of a training graph with what they are fed. */
export interface LoopJob {
  device: 'cpu' | 'cuda'
  /** Left out where only `logits` is wanted. */
  training?: TrainingJob
  forward: ForwardJob
  /** Pixels of the rows that `validate` gives logits for. */
  validation?: Uint8Array
  batchSize: number
  imageBytes: number
  state: StateTensor[]
  values: Record<string, Float32Array>
  threads: number
}

export interface ForwardJob {
  model: Uint8Array
  /** Takes `FORWARD_ROWS` rows and no other number. */
  isFixed: boolean
  /** How bytes are prepared, as in training. */
  byteOrder: Int32Array | undefined
  /** Weights and statistics as the model takes them. */
  weights: LoopCarried[]
}

interface TrainingJob extends Pick<CompileOptions, 'pixels' | 'labels' | 'seed' | 'augment' | 'profile'> {
  model: Uint8Array
  masks: Mask[]
  /** How the table's bytes are prepared and the state is laid out; see `lowerings`. */
  byteOrder: Int32Array | undefined
  loopCarried: LoopCarried[]
}

/** Rows of one forward run: larger runs are slower, and their activations would not fit the caches. */
export const FORWARD_ROWS = 256

/** A training graph in onnxruntime sessions; the same code in a worker and wherever else onnxruntime runs. */
export async function openLoop({ InferenceSession, Tensor }: Runtime, job: LoopJob) {
  const options = { executionProviders: [job.device], intraOpNumThreads: job.threads, logSeverityLevel: 3 } as const
  const { batchSize, imageBytes, training } = job
  const forwardSession = await InferenceSession.create(job.forward.model, options)
  const profiling = training?.profile && { enableProfiling: true, profileFilePrefix: training.profile }
  const session = training && (await InferenceSession.create(training.model, { ...options, ...profiling }))
  const byteOrder = training?.byteOrder
  const tableOf = (pixels: Uint8Array, labels: Uint16Array): Record<string, Tensor> => ({
    table_pixels: byteOrder
      ? new Tensor('uint8', prepareBytes(pixels, byteOrder, imageBytes), [labels.length, byteOrder.length])
      : new Tensor('uint8', pixels, [labels.length, imageBytes]),
    table_labels: new Tensor('int32', Int32Array.from(labels), [labels.length]),
  })
  const table = training && !training.augment ? tableOf(training.pixels, training.labels) : undefined
  const loopCarried =
    training?.loopCarried ??
    job.state.map(({ name, dims }) => ({ name, dims, parts: [{ name, size: sizeOf(dims), permutation: undefined }] }))
  const fill = (values: (tensor: LoopCarried) => Float32Array) =>
    new Map(loopCarried.map((tensor) => [tensor.name, new Tensor('float32', values(tensor), tensor.dims)]))
  let tensors = fill((tensor) => pack(tensor, job.values))
  // A run writes the next state here, and the two change places: no memory is allocated from step to step.
  let spare = training && fill(({ dims }) => new Float32Array(sizeOf(dims)))
  const current = (): Record<string, Float32Array> =>
    Object.assign(
      {},
      ...loopCarried.map((tensor) => unpack(tensor, required(tensors, tensor.name, 'state').data as Float32Array)),
    )

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
    const feeds = batchFeeds(chunk)
    for (const [name, values] of Object.entries(scalars)) feeds[series(name)] = new Tensor('float32', values, [steps])
    for (const tensor of loopCarried) feeds[before(tensor)] = required(tensors, tensor.name, 'state')
    for (const mask of training!.masks) {
      const bytes = new Uint8Array(steps * mask.size)
      for (let step = 0; step < steps; step++) {
        fillMask(bytes.subarray(step * mask.size, (step + 1) * mask.size), mask, training!.seed, first + step)
      }
      feeds[series(mask.name)] = new Tensor('uint8', bytes, [steps, mask.size])
    }
    const next = spare!
    const fetches = Object.fromEntries(
      loopCarried.map((tensor) => [after(tensor), required(next, tensor.name, 'state')]),
    )
    const results = await session!.run(feeds, { ...fetches, losses: null })
    const losses = results.losses!.data as Float32Array
    if (Number.isFinite(losses.at(-1))) [tensors, spare] = [next, tensors]
    return { losses: losses.slice() }
  }

  /** So many rows: black ones where there are no more. */
  function batchOf(pixels: Uint8Array, size: number): Uint8Array {
    if (pixels.length === size * imageBytes) return pixels
    const batch = new Uint8Array(size * imageBytes)
    batch.set(pixels)
    return batch
  }

  async function logits(pixels: Uint8Array): Promise<Float32Array> {
    const rows = pixels.length / imageBytes
    const values = current()
    const { weights, byteOrder, isFixed } = job.forward
    const given = weights.map((tensor) => [tensor.name, new Tensor('float32', pack(tensor, values), tensor.dims)])
    const feeds: Record<string, Tensor> = Object.fromEntries(given)
    let all: Float32Array | undefined
    for (let start = 0; start < rows; start += FORWARD_ROWS) {
      const count = Math.min(FORWARD_ROWS, rows - start)
      const size = isFixed ? FORWARD_ROWS : count
      const batch = batchOf(pixels.subarray(start * imageBytes, (start + count) * imageBytes), size)
      const bytes = byteOrder ? prepareBytes(batch, byteOrder, imageBytes) : batch
      const result = await forwardSession.run({
        ...feeds,
        pixels: new Tensor('uint8', bytes, [size, bytes.length / size]),
      })
      const found = result.logits!.data as Float32Array
      const classes = found.length / size
      all ??= new Float32Array(rows * classes)
      all.set(found.subarray(0, count * classes), start * classes)
    }
    return all ?? new Float32Array()
  }

  const validate = () => logits(job.validation!)

  async function state(): Promise<Record<string, Float32Array>> {
    return current()
  }

  async function release(): Promise<void> {
    if (profiling) session?.endProfiling()
    await forwardSession.release()
    await session?.release()
  }
  return { train, logits, validate, state, release }
}
