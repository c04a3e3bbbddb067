import { text } from '../../../../common/options.ts'
import { check } from '../check.ts'
import { TrainError } from '../error.ts'
import type { Engine } from '../types.ts'
import { engines } from './index.ts'
import { seesGpu } from './tfjs.ts'

/** An engine and a device to train on. */
export interface Choice {
  engine: Engine
  device: string
  /** Why this engine, where it was not asked for by name. */
  reason?: string
  /** Another engine that sees a GPU too, where this one was chosen. */
  other?: OtherEngine
}

/** An engine that was not chosen, and the library by which it would train. */
export interface OtherEngine {
  engine: string
  library: string
}

/**
 * Finds the engine and the device to train on; a device that is not there is an error that says what is. `auto` takes onnxruntime, but tfjs
 * where that sees a GPU and onnxruntime none.
 */
export async function chooseDevice(engineName: string, deviceName: string): Promise<Choice> {
  if (engineName === 'auto') return automatic(deviceName)
  const engine = Object.hasOwn(engines, engineName) ? engines[engineName] : undefined
  if (engine) return { engine, device: await deviceOf(engine, deviceName) }
  const known = ['auto', ...Object.keys(engines)]
  throw new TrainError({
    code: 'TRAIN_ENGINE_UNKNOWN',
    params: { engine: engineName, known },
    message: `There is no engine "${engineName}"; choose one of: ${known.join(', ')}.`,
  })
}

async function automatic(deviceName: string): Promise<Choice> {
  const { onnxruntime, tfjs } = engines
  const own = await onnxruntime.devices()
  const hasGpu = own.some(({ name, available }) => available && name !== 'cpu')
  const seen = deviceName === 'cpu' ? { reason: 'the CPU was asked for' } : await seesGpu()
  if ('gpu' in seen && !hasGpu) {
    const reason = `${seen.gpu} sees a GPU, onnxruntime none`
    return { engine: tfjs, device: await deviceOf(tfjs, deviceName), reason }
  }
  const device = await deviceOf(onnxruntime, deviceName)
  if (!('gpu' in seen)) return { engine: onnxruntime, device, reason: seen.reason }
  const reason = `it sees a GPU; so does ${seen.gpu}, for engine: 'tfjs'`
  return { engine: onnxruntime, device, reason, other: { engine: tfjs.name, library: seen.gpu } }
}

async function deviceOf(engine: Engine, deviceName: string): Promise<string> {
  const devices = await engine.devices()
  const available = devices.filter((device) => device.available)
  const found = deviceName === 'auto' ? available[0] : available.find(({ name }) => name === deviceName)
  if (found) return found.name
  if (engine.tries?.includes(deviceName)) return deviceName
  const reason = devices.find(({ name }) => deviceName === 'auto' || name === deviceName)?.reason
  if (available.length === 0) {
    const message = `The engine ${engine.name} cannot be used: ${reason}.`
    throw new TrainError({ code: 'TRAIN_ENGINE_UNAVAILABLE', params: { engine: engine.name, reason }, message })
  }
  const known = ['auto', ...available.map(({ name }) => name)]
  throw new TrainError({
    code: 'TRAIN_DEVICE_UNAVAILABLE',
    params: { engine: engine.name, device: deviceName, reason, known },
    message: `Device "${deviceName}" cannot be used by engine ${engine.name}${reason ? `: ${reason}` : ''}; choose: ${known.join(', ')}.`,
  })
}

/**
 * The engine and the device that `fit` would train on, so that they can be told before it begins. Throws as `fit` does where there are none.
 *
 * `engine` and `device` default to `auto`; `reason` says why this engine, where it was not asked for by name, and `other` which one sees a GPU too.
 */
export async function chooseEngine(
  options: { engine?: string; device?: string } = {},
): Promise<{ engine: string; device: string; reason?: string; other?: OtherEngine }> {
  check('chooseEngine', options, { engine: text, device: text })
  const { engine = 'auto', device = 'auto' } = options
  const choice = await chooseDevice(engine, device)
  return { ...choice, engine: choice.engine.name }
}
