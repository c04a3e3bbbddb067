import { engines } from '../engines/index.ts'
import { TrainError } from '../error.ts'
import type { Device, Engine } from '../types.ts'

/** An engine with one of its devices. */
export interface Found {
  engine: Engine
  device: Device
}

/** The engine of a name; one of somebody's own is given back. */
export function engineOf(engine: string | Engine): Engine {
  if (typeof engine !== 'string') return engine
  const found = Object.hasOwn(engines, engine) ? engines[engine] : undefined
  if (found) return found
  const known = ['auto', ...Object.keys(engines)]
  throw new TrainError({
    code: 'TRAIN_ENGINE_UNKNOWN',
    params: { engine, known },
    message: `There is no engine "${engine}"; choose one of: ${known.join(', ')}.`,
  })
}

/**
 * The device of this name; without a name the first that is there. `auto` is onnxruntime, and TensorFlow for a CUDA that onnxruntime has not. One that
 * is not there is an error that says why and what to do, never another device.
 */
export async function namedDevice(
  asked: string | Engine,
  name: string | undefined,
  { wasBegun = false } = {},
): Promise<Found> {
  const isOpen = asked === 'auto'
  const engine = isOpen ? engines.onnxruntime : engineOf(asked)
  const devices = await engine.devices(name === undefined ? undefined : [name])
  const isMeant = (device: Device) => name === undefined || device.name === name
  const device = devices.find((each) => isMeant(each) && each.available)
  if (device) return { engine, device }
  const other = isOpen && name === 'cuda' ? await namedDevice(engines.tfjs, name).catch(() => undefined) : undefined
  if (other) return other
  const known = devices.some(isMeant) ? undefined : await usable(engine)
  throw unavailable(engine, devices.find(isMeant) ?? name, { wasBegun, known })
}

/** What there is in place of a name that no device has. */
async function usable(engine: Engine): Promise<string[]> {
  return ['auto', ...(await engine.devices()).flatMap(({ name, available }) => (available ? [name] : []))]
}

function unavailable(
  { name: engine }: Engine,
  device: Device | string | undefined,
  { wasBegun, known = [] }: { wasBegun: boolean; known: string[] | undefined },
): TrainError {
  const { name, reason, fix } =
    typeof device === 'object' ? device : { name: device, reason: undefined, fix: undefined }
  const params = { engine, device: name, reason, fix, wasBegun, ...(known.length > 0 && { known }) }
  if (name === undefined || name === 'cpu') {
    const message = `The engine ${engine} cannot be used${reason ? `: ${reason}` : ''}.`
    return new TrainError({ code: 'TRAIN_ENGINE_UNAVAILABLE', params, message, ...(fix && { advice: fix }) })
  }
  const why = reason ?? (wasBegun ? 'it is not there' : `it has none of this name; choose: ${known.join(', ')}`)
  const began = wasBegun ? 'The training began on it; with a device named, such as cpu, it goes on there.' : undefined
  const advice = [fix, began].filter((each) => each !== undefined).join(' ')
  return new TrainError({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params,
    message: `Device "${name}" cannot be used by engine ${engine}: ${why}.`,
    ...(advice && { advice }),
  })
}
