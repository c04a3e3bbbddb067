import { attemptOf, type DeviceName, type DeviceReport, surveyDevices } from '@pixelrow/devices'
import type { Device, Precision } from '../types.ts'
import { resolveRuntime, TF32_OVERRIDE } from './host.ts'

const all = ['cuda', 'webgpu', 'cpu'] as const satisfies readonly DeviceName[]

/** What onnxruntime has of these devices, by looking and by a trial; the CPU needs neither. What works is looked at once. */
export async function devicesHere(names: readonly string[] = all): Promise<Device[]> {
  const devices: Device[] = []
  for (const name of all) {
    if (names.includes(name)) devices.push(name === 'cpu' ? { name, available: true } : await known(name))
  }
  return devices
}

const working = new Map<DeviceName, Device>()

async function known(name: DeviceName): Promise<Device> {
  const before = working.get(name)
  if (before) return before
  const [report] = await surveyDevices({ runtime: resolveRuntime(), devices: [name] })
  const device = deviceOf(report!)
  if (device.available) working.set(name, device)
  return device
}

function deviceOf(report: DeviceReport): Device {
  const { device, name, adapter } = report
  const attempt = attemptOf(report)
  const card = adapter ?? (name === undefined ? undefined : { name, type: 'hardware' as const })
  return {
    name: device,
    available: attempt === undefined,
    ...(attempt && { reason: attempt.error, ...(attempt.fix !== undefined && { fix: attempt.fix }) }),
    ...(card && { adapter: card }),
    precisions: precisionsOf(device),
  }
}

/** CUDA's products take TF32 unless they are kept from it, as the whole process may be. */
function precisionsOf(device: DeviceName): readonly Precision[] {
  if (device !== 'cuda') return ['fp32']
  return process.env[TF32_OVERRIDE] === '0' ? ['fp32', 'fp16'] : ['tf32', 'fp32', 'fp16']
}
