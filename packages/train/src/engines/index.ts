import type { Engine } from '../types.ts'
import { onnxruntime } from './onnxruntime.ts'
import { tfjs } from './tfjs/index.ts'

/** The engines by name. */
export const engines: Readonly<Record<string, Engine>> = { onnxruntime, tfjs }

/** Finds the engine and the device to train on; a device that is not there is an error that says what is. */
export async function chooseDevice(
  engineName: string,
  deviceName: string,
): Promise<{ engine: Engine; device: string }> {
  const engine = engineName === 'auto' ? onnxruntime : engines[engineName]
  if (!engine) {
    throw new Error(`There is no engine "${engineName}"; choose one of: auto, ${Object.keys(engines).join(', ')}.`)
  }
  const devices = await engine.devices()
  const available = devices.filter((device) => device.available)
  const found = deviceName === 'auto' ? available[0] : available.find(({ name }) => name === deviceName)
  if (found) return { engine, device: found.name }
  const reason = devices.find(({ name }) => deviceName === 'auto' || name === deviceName)?.reason
  if (available.length === 0) throw new Error(`The engine ${engine.name} cannot be used: ${reason}.`)
  const names = available.map(({ name }) => name).join(', ')
  throw new Error(
    `Device "${deviceName}" cannot be used by engine ${engine.name}${reason ? `: ${reason}` : ''}; choose: auto, ${names}.`,
  )
}
