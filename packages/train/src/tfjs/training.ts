import { joined } from '../../../../common/joined.ts'
import type { PixelValues } from '../../../../common/values.ts'
import { augmentRows, chosenRows } from '../augmented.ts'
import { FORWARD_ROWS } from '../engines/forward.ts'
import { maskBytes } from '../masks.ts'
import { required } from '../required.ts'
import type { Chunk, CompileOptions, TrainingGraph } from '../types.ts'
import { prepare } from './execute.ts'
import type { FormContext } from './forms/form.ts'
import type { Tensor, Tf } from './library.ts'

/** A training graph with the rows that it is trained on. */
export interface TfjsJob
  extends Pick<CompileOptions, 'pixels' | 'labels' | 'validation' | 'seed' | 'augment' | 'state'> {
  graph: TrainingGraph
}

type State = Map<string, Tensor>

/** A training graph in tfjs, carried out operator by operator; what is left when its process ends goes with it. */
export function openTraining(tf: Tf, { graph, ...job }: TfjsJob) {
  const { batchSize, imageBytes } = graph
  const step = prepare(tf, graph.step)
  const forward = prepare(tf, graph.forward)
  let state: State = new Map(graph.state.map(({ name, dims }) => [name, tf.tensor(job.state[name]!, dims, 'float32')]))

  /** Floats: tfjs has no bytes, and every byte is a float. */
  const images = (pixels: PixelValues) =>
    tf.tensor(Float32Array.from(pixels), [pixels.length / imageBytes, imageBytes], 'float32')

  /** What the steps of a chunk take from outside. */
  function batches({ rows, epoch, scalars }: Chunk) {
    const augmented = job.augment && augmentRows(job, rows, epoch)
    return (i: number): Record<string, Tensor> => {
      const chosen = rows.subarray(i * batchSize, (i + 1) * batchSize)
      const size = batchSize * imageBytes
      const pixels = augmented?.subarray(i * size, (i + 1) * size) ?? chosenRows(job.pixels, chosen, imageBytes)
      const numbers = Object.entries(scalars).map(([name, values]) => [name, tf.scalar(values[i]!, 'float32')] as const)
      return {
        pixels: images(pixels),
        labels: tf.tensor(
          Int32Array.from(chosen, (row) => job.labels[row]!),
          [batchSize],
          'int32',
        ),
        ...Object.fromEntries(numbers),
      }
    }
  }

  function masks(number: number): FormContext['maskBytes'] {
    return ({ size, rate, stream }) => maskBytes({ size, rate, stream }, { seed: job.seed, first: number })
  }

  /** One step from a state to the next one, which is new. */
  function next(before: State, given: () => Record<string, Tensor>, number: number): { loss: number; after: State } {
    const { loss, ...tensors } = tf.tidy(() => step({ ...given(), ...Object.fromEntries(before) }, masks(number)))
    const [value] = loss!.dataSync()
    loss!.dispose()
    return { loss: value!, after: new Map(graph.state.map(({ name, next }) => [name, tensors[next]!])) }
  }

  async function train(chunk: Chunk): Promise<{ losses: Float32Array }> {
    const batch = batches(chunk)
    const losses: number[] = []
    let current = state
    for (let i = 0; i < chunk.rows.length / batchSize && Number.isFinite(losses.at(-1) ?? 0); i++) {
      const { loss, after } = next(current, () => batch(i), chunk.first + i)
      losses.push(loss)
      if (current !== state) tf.dispose([...current.values()])
      current = after
    }
    const [kept, left] = Number.isFinite(losses.at(-1) ?? 0) ? [current, state] : [state, current]
    if (kept !== left) tf.dispose([...left.values()])
    state = kept
    return { losses: Float32Array.from(losses) }
  }

  async function logits(pixels: PixelValues): Promise<Float32Array> {
    const weights = Object.fromEntries(
      graph.state.flatMap(({ name, kind }) => (kind === 'optimizer' ? [] : [[name, required(state, name, 'state')]])),
    )
    const parts: Float32Array[] = []
    for (let start = 0; start < pixels.length; start += FORWARD_ROWS * imageBytes) {
      const batch = pixels.subarray(start, start + FORWARD_ROWS * imageBytes)
      const found = tf.tidy(() => forward({ pixels: images(batch), ...weights }, masks(0)).logits!)
      parts.push(copy(found))
      found.dispose()
    }
    return joined(Float32Array, parts)
  }

  return {
    train,
    logits,
    validate: () => logits(job.validation!),
    state: async () => Object.fromEntries([...state].map(([name, tensor]) => [name, copy(tensor)])),
    tensors: async () => tf.memory().numTensors,
  }
}

/** tfjs's CPU backend hands out the memory that it computes on. */
const copy = (tensor: Tensor) => Float32Array.from(tensor.dataSync())
