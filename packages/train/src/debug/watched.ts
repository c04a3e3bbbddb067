import { selectRows } from '@pixelrow/data'
import type { PixelValues } from '../../../../common/values.ts'
import { augmentRows } from '../augmented.ts'
import { replayed } from '../engines/here.ts'
import { type Divergence, diverged, type Place } from '../finite.ts'
import type { Settings } from '../options.ts'
import type { LabelledTable } from '../table.ts'
import type { Chunk, Trainer, TrainingGraph } from '../types.ts'
import { firstNotFinite } from './numbers.ts'
import { plainModel } from './plain.ts'
import type { Replay } from './replay.ts'

/** Rows of one run of the forward graph. */
const FORWARD_ROWS = 256

/** A training whose trainer is to be watched. */
export interface Watched {
  graph: TrainingGraph
  settings: Settings
  /** The state that the trainer begins with. */
  state: Record<string, Float32Array>
}

/**
 * A trainer that looks at its state after every chunk, of which it keeps the one before. Where a loss, the state or logits stop being numbers it
 * does the chunk's steps again, unlowered, and throws the error that names the first value that is not finite.
 */
export function watched(trainer: Trainer, training: Watched): Trainer {
  let { state } = training
  let place: Place = { step: 0, epoch: 1 }
  async function train(chunk: Chunk) {
    const result = await trainer.train(chunk)
    place = { step: chunk.first + result.losses.length, epoch: chunk.epoch }
    const next = await trainer.state()
    const wrong = wrongIn({ loss: result.losses.slice(-1), ...states(next) })
    if (wrong) throw await explained(chunkReplay(training, state, chunk), { ...wrong, ...place })
    state = next
    return result
  }
  async function looked(what: string, logits: Float32Array, pixels: PixelValues) {
    const wrong = wrongIn({ [what]: logits })
    if (wrong) throw await explained(forwardReplay(training, state, { pixels, ...place }), { ...wrong, ...place })
    return logits
  }
  return {
    ...trainer,
    train,
    logits: async (pixels) => looked('loss', await trainer.logits(pixels), pixels),
    validate: async () =>
      looked('validation loss', await trainer.validate(), training.settings.validation?.pixels ?? new Uint8Array()),
  }
}

/** A state's tensors as errors call them. */
const states = (state: Record<string, Float32Array>) =>
  Object.fromEntries(Object.entries(state).map(([name, values]) => [`state ${name}`, values]))

function wrongIn(all: Record<string, Float32Array>): { what: string; value: number } | undefined {
  for (const [what, values] of Object.entries(all)) {
    const value = firstNotFinite(values)
    if (value !== undefined) return { what, value }
  }
  return undefined
}

/** The error of a training that diverged, with what its replay finds. */
async function explained(job: Replay, { what, value, ...place }: Divergence) {
  const found = await replayed(job)
  return diverged({ what, value, ...place }, found ? { ...found, step: job.first + found.run + 1 } : 'nothing')
}

/** The chunk's steps with the very rows, numbers and masks that they had. */
function chunkReplay(
  { graph, settings }: Watched,
  values: Record<string, Float32Array>,
  { rows, first, epoch, scalars }: Chunk,
): Replay {
  const { train, seed, augment, threads } = settings
  const { pixels, labels } = selectRows(train, rows) as LabelledTable
  const how = { ...train, seed, augment: augment && { shape: train.shape, options: augment } }
  return {
    ...plainModel(graph.step),
    graph: graph.step,
    state: graph.state,
    values,
    scalars,
    seed,
    first,
    threads,
    batchSize: graph.batchSize,
    imageBytes: graph.imageBytes,
    pixels: augment ? augmentRows(how, rows, epoch) : pixels,
    labels: Int32Array.from(labels),
  }
}

/** The forward graph over some rows, with the weights as they are after `step` steps. */
function forwardReplay(
  { graph, settings }: Watched,
  values: Record<string, Float32Array>,
  { pixels, step }: { pixels: PixelValues; step: number },
): Replay {
  const { seed, threads } = settings
  return {
    ...plainModel(graph.forward),
    graph: graph.forward,
    values,
    scalars: {},
    seed,
    threads,
    pixels,
    batchSize: FORWARD_ROWS,
    imageBytes: graph.imageBytes,
    first: step - 1,
    state: graph.state.filter(({ kind }) => kind !== 'optimizer'),
  }
}
