import { type Architecture, fromSafetensors, type Tensor, toSafetensors } from '@pixelrow/model'
import type { Settings } from './options.ts'
import type { EpochRecord, StateTensor } from './types.ts'

/** Where a training stands between two chunks of steps. */
export interface Position {
  /** The epoch under way, from 1. */
  epoch: number
  /** Steps done in it. */
  step: number
  /** Sum of their losses. */
  lossTotal: number
  /** Wall time spent on the epoch, in seconds. */
  seconds: number
  history: EpochRecord[]
  /** The best epoch so far by the monitored value, where one is kept. */
  best?: { epoch: number; value: number }
}

/** All that is needed to go on: where it stands, the state, and the best epoch's weights where they are kept. */
export interface Snapshot {
  position: Position
  state: Record<string, Float32Array>
  best?: Record<string, Float32Array>
}

const FORMAT = 'pixelrow-checkpoint'
const VERSION = '1'

/** What must be the same for a training to go on as if it had never stopped. */
export function identityOf(
  architecture: Architecture,
  settings: Settings,
  { rates, engine }: { rates: number[]; engine: string },
): Record<string, unknown> {
  const { train, steps, batchSize, learningRate, optimizer, seed, threads, layout, labelSmoothing } = settings
  return {
    architecture,
    classes: train.classes,
    rows: train.rows,
    steps,
    batchSize,
    learningRate,
    'schedule (learning rate at the first, middle and last step)': rates,
    optimizer: { name: optimizer.name, options: optimizer.options },
    labelSmoothing,
    classWeights: settings.classWeights ?? null,
    augment: settings.augment ?? null,
    seed,
    engine,
    threads,
    layout,
  }
}

/** A snapshot in the safetensors format, with its identity and position in the metadata. */
export function writeCheckpoint(
  snapshot: Snapshot,
  tensors: StateTensor[],
  identity: Record<string, unknown>,
): Uint8Array {
  const values: Record<string, Tensor> = {}
  for (const { name, dims } of tensors) {
    values[name] = { dims, data: snapshot.state[name]! }
    const best = snapshot.best?.[name]
    if (best) values[`best/${name}`] = { dims, data: best }
  }
  return toSafetensors(values, {
    format: FORMAT,
    version: VERSION,
    identity: JSON.stringify(identity),
    position: JSON.stringify(snapshot.position),
  })
}

/** The threads and the engine a checkpoint was trained with, which a resumed training uses again: others may give other bits. */
export function madeWith(checkpoint: Uint8Array): { threads: number; engine: string } {
  return JSON.parse(open(checkpoint).metadata.identity!) as { threads: number; engine: string }
}

/**
 * Reads a checkpoint back. One that is cut or damaged, of another version, or of a training with another architecture,
 * table or options is refused with the first difference.
 */
export function readCheckpoint(bytes: Uint8Array, tensors: StateTensor[], identity: Record<string, unknown>): Snapshot {
  const { weights, metadata } = open(bytes)
  const found = JSON.parse(metadata.identity!) as Record<string, unknown>
  for (const [name, expected] of Object.entries(identity)) {
    const [was, is] = [JSON.stringify(found[name]), JSON.stringify(expected)]
    if (was !== is) throw new Error(`The checkpoint is of another training: its ${name} is ${was}, here it is ${is}.`)
  }
  const take = (prefix: string) =>
    Object.fromEntries(
      tensors.flatMap(({ name }) => (weights[prefix + name] ? [[name, weights[prefix + name]!.data]] : [])),
    )
  const state = take('')
  const missing = tensors.find(({ name }) => !state[name])
  if (missing) throw new Error(`The checkpoint lacks ${missing.name}: it is of another version of this package.`)
  const best = take('best/')
  const position = JSON.parse(metadata.position!) as Position
  return { position, state, ...(Object.keys(best).length > 0 && { best }) }
}

function open(bytes: Uint8Array) {
  let content: ReturnType<typeof fromSafetensors>
  try {
    content = fromSafetensors(bytes)
  } catch (error) {
    throw new Error(`The checkpoint is damaged: ${(error as Error).message}`)
  }
  const { format, version } = content.metadata
  if (format !== FORMAT)
    throw new Error('This is not a checkpoint: the file lacks its mark. Pass the bytes given to onCheckpoint.')
  if (version !== VERSION) throw new Error(`The checkpoint has version ${version}, expected ${VERSION}: train anew.`)
  return content
}
