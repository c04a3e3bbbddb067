import { fromSafetensors, type Tensor, toSafetensors } from '@pixelrow/model'
import { TrainError } from './error.ts'
import type { Identity } from './identity.ts'
import { faultOfPosition, type Position } from './position.ts'
import type { StateTensor } from './types.ts'

/** All that is needed to go on: where it stands, the state, and the best epoch's weights where they are kept. */
export interface Snapshot {
  position: Position
  state: Record<string, Float32Array>
  best?: Record<string, Float32Array>
}

const FORMAT = 'pixelrow-checkpoint'
const VERSION = '2'

/** A snapshot in the safetensors format, with its identity and position in the metadata. */
export function writeCheckpoint(snapshot: Snapshot, tensors: StateTensor[], identity: Identity): Uint8Array {
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

/** A checkpoint that was read, and not compared yet with what is to be trained. */
export interface Checkpoint {
  identity: Identity
  position: Position
  weights: Record<string, Tensor>
}

/** Reads a checkpoint back. One that is cut or damaged, no checkpoint at all, or of another version is refused. */
export function openCheckpoint(bytes: Uint8Array): Checkpoint {
  const { weights, metadata } = unlessDamaged(() => fromSafetensors(bytes))
  const { format, version, identity = '', position = '' } = metadata
  if (format !== FORMAT) {
    const message = 'This is not a checkpoint: the file lacks its mark. Pass the bytes given to onCheckpoint.'
    throw new TrainError({ code: 'TRAIN_CHECKPOINT_FORMAT', params: { expected: FORMAT, found: format }, message })
  }
  if (version !== VERSION) {
    const message = `The checkpoint has version ${version}, expected ${VERSION}: another version of this package wrote it, which kept other things of its training. Train anew, or go on with that version.`
    throw new TrainError({ code: 'TRAIN_CHECKPOINT_VERSION', params: { expected: VERSION, found: version }, message })
  }
  return { weights, identity: placed(identityIn(identity)), position: positionIn(position) }
}

/** A checkpoint may come from anybody: what is in it is looked at before it is gone on from. */
function positionIn(text: string): Position {
  const position = jsonIn(text, 'position')
  const fault = faultOfPosition(position)
  if (fault !== undefined) throw damaged(fault)
  return position as Position
}

function identityIn(text: string): Identity {
  const identity = jsonIn(text, 'identity')
  const { engine, threads } = (identity ?? {}) as Partial<Identity>
  if (typeof engine === 'string' && Number.isSafeInteger(threads) && threads! >= 1) return identity as Identity
  throw damaged('its identity lacks engine or threads.')
}

function jsonIn(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(`its ${what} is no JSON.`, cause)
  }
}

/** Before a training could choose its device, onnxruntime had the CPU alone, and float32. */
const placed = (identity: Identity): Identity => ({
  ...(identity.engine === 'onnxruntime' && { device: 'cpu' }),
  precision: 'fp32',
  ...identity,
})

/** The state of a checkpoint whose identity was found to be that of the training; the best epoch's where it was kept. */
export function stateOf({ weights, position }: Checkpoint, tensors: StateTensor[]): Snapshot {
  const take = (prefix: string) =>
    Object.fromEntries(
      tensors.flatMap(({ name }) => (weights[prefix + name] ? [[name, weights[prefix + name]!.data]] : [])),
    )
  const state = take('')
  const missing = tensors.find(({ name }) => !state[name])
  if (missing) throw damaged(`it lacks ${missing.name}`)
  const best = take('best/')
  for (const { name, dims } of tensors) {
    const size = dims.reduce((product, dim) => product * dim, 1)
    const other = [state[name], best[name]].find((values) => values && values.length !== size)
    if (other) throw damaged(`its ${name} has ${other.length} values; expected ${size}.`)
  }
  return { position, state, ...(Object.keys(best).length > 0 && { best }) }
}

function unlessDamaged<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw damaged((error as Error).message, error)
  }
}

function damaged(reason: string, cause?: unknown): TrainError {
  const message = `The checkpoint is damaged: ${reason}`
  return new TrainError({ code: 'TRAIN_CHECKPOINT_DAMAGED', params: { reason }, message }, { cause })
}
