import type { Tensor } from '@pixelrow/runtime'
import { dataTypeOf, type PixelValues } from '../../../../../common/values.ts'
import type { Chunk } from '../../types.ts'
import { carried } from '../carried.ts'
import { openForward } from '../forward.ts'
import { after, before, series } from '../loop/model.ts'
import type { LoopJob, TrainingJob } from '../loop/sessions.ts'
import type { Runtime, Sessions } from '../runtime.ts'
import { startAhead } from './ahead.ts'
import type { Source } from './made.ts'
import { loops, of } from './model.ts'

/** A job of runs that each do a chunk of steps on a device far from the host. */
export interface ChunkJob extends Omit<LoopJob, 'device' | 'training'> {
  device: 'cuda'
  /** The execution provider that runs it. */
  provider: string
  training: ChunkTraining
}

/** What trains. `pixels` are left out where the model has them. */
interface ChunkTraining extends Omit<TrainingJob, 'byteOrder' | 'pixels'> {
  pixels?: PixelValues
  /** The code of the threads that make what steps need. */
  ahead: string
}

/** Opens the sessions: one for training, one for logits. */
export async function openChunks(runtime: Runtime, job: ChunkJob): Promise<Sessions> {
  const { InferenceSession, Tensor } = runtime
  const { batchSize, imageBytes, training, threads } = job
  const { masks, seed, augment, pixels, labels } = training
  const options = { executionProviders: [job.provider], intraOpNumThreads: threads, logSeverityLevel: 3 } as const
  const forward = await openForward(runtime, { ...job.forward, ...options, imageBytes })
  const profiling = training.profile && { enableProfiling: true, profileFilePrefix: training.profile }
  const session = await InferenceSession.create(training.model, { ...options, ...profiling })
  const held = carried(runtime, training.loopCarried, { values: job.values })
  const source: Source = { seed, masks, batchSize, imageBytes, ...(pixels && { pixels }), ...(augment && { augment }) }
  const isMade = masks.length > 0 || pixels !== undefined
  const ahead = isMade ? startAhead(training.ahead, source, Math.min(threads, MAKERS)) : undefined

  /** What each loop takes of values that every step has so many of, under its own names. */
  function inLoops(name: string, values: Float32Array | Uint8Array | Int32Array, dims: readonly number[]) {
    const [steps = 0, ...rest] = dims
    const each = values.length / steps
    const tensors = parts(steps).map(({ loop, iterations, start }) => {
      const own = values.subarray(start * each, (start + iterations * loop.steps) * each)
      return [of(loop, name), tensorOf(own, [iterations, loop.steps, ...rest])]
    })
    return Object.fromEntries(tensors) as Record<string, Tensor>
  }

  function tensorOf(values: Float32Array | Uint8Array | Int32Array, dims: number[]): Tensor {
    if (values instanceof Float32Array) return new Tensor('float32', values, dims)
    return values instanceof Uint8Array ? new Tensor('uint8', values, dims) : new Tensor('int32', values, dims)
  }

  /** The chunk's rows as places in the table, or in what goes up with the chunk. */
  function rowFeeds({ rows }: Chunk, chosen: PixelValues | undefined): Record<string, Tensor> {
    const dims = [rows.length / batchSize, batchSize]
    if (!chosen) return inLoops('rows', new Int32Array(rows.buffer, rows.byteOffset, rows.length), dims)
    return {
      ...inLoops(
        'rows',
        Int32Array.from(rows, (_, i) => i),
        dims,
      ),
      table_pixels: new Tensor(dataTypeOf(chosen), chosen, [rows.length, imageBytes]),
      table_labels: new Tensor(
        'int32',
        Int32Array.from(rows, (row) => labels[row]!),
        [rows.length],
      ),
    }
  }

  async function train(chunk: Chunk): Promise<{ losses: Float32Array }> {
    const steps = chunk.rows.length / batchSize
    const made = await ahead?.take(chunk)
    if (chunk.next) ahead?.begin(chunk.next)
    const feeds = {
      ...held.before(before),
      ...rowFeeds(chunk, made?.pixels),
      ...Object.assign(
        {},
        ...Object.entries(chunk.scalars).map(([name, values]) => inLoops(series(name), values, [steps])),
      ),
      ...Object.assign({}, ...masks.map(({ name, size }, i) => inLoops(series(name), made!.masks[i]!, [steps, size]))),
    }
    for (const { loop, iterations } of parts(steps)) {
      feeds[of(loop, 'iterations')] = new Tensor('int64', BigInt64Array.of(BigInt(iterations)), [])
    }
    const fetches = Object.fromEntries(loops.map((loop) => [of(loop, 'losses'), null]))
    const results = await session.run(feeds, { ...held.after(after), ...fetches })
    const losses = Float32Array.from(loops.flatMap((loop) => [...(results[of(loop, 'losses')]!.data as Float32Array)]))
    const end = losses.findIndex((loss) => !Number.isFinite(loss))
    // The steps after such a loss were done, too; what they wrote is not taken.
    if (end >= 0) return { losses: losses.slice(0, end + 1) }
    held.step()
    return { losses }
  }

  async function release(): Promise<void> {
    await ahead?.close()
    if (profiling) session.endProfiling()
    await forward.release()
    await session.release()
  }
  return {
    train,
    logits: (images) => forward.logits(held.values(), images),
    validate: () => forward.logits(held.values(), job.validation!),
    state: async () => held.values(),
    release,
  }
}

/** More threads would only wait for each other at the door of the one that trains. */
const MAKERS = 4

/** How many iterations of each loop so many steps are, and with which step each begins. */
function parts(steps: number) {
  let start = 0
  return loops.map((loop) => {
    const begin = start
    const iterations = Math.floor((steps - start) / loop.steps)
    start += iterations * loop.steps
    return { loop, iterations, start: begin }
  })
}
