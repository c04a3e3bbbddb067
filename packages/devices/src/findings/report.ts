import { lookAtProcessor } from './cpu.ts'
import { lookAtCuda } from './cuda.ts'
import { lookAtRuntime } from './runtime.ts'
import type { Adapter, DeviceName, DeviceReport, Finding } from './types.ts'
import { lookAtWebgpu } from './webgpu.ts'

/** What is known of a device besides whether it works. */
interface Known extends Pick<DeviceReport, 'name' | 'adapter' | 'trial'> {
  findings: Finding[]
}

/** A report: the first piece that is missing and not optional decides. */
export function reportOf(device: DeviceName, { findings, ...known }: Known): DeviceReport {
  const missing = findings.find(({ ok, optional }) => !ok && !optional)
  return {
    device,
    works: !missing,
    ...known,
    findings,
    ...(missing?.reason !== undefined && { reason: missing.reason }),
    ...(missing?.fix !== undefined && { fix: missing.fix }),
  }
}

/** Looks at one device. */
export function lookAt(device: DeviceName, runtime: string, root: string): DeviceReport {
  const { findings, ...known } = pieces(device, runtime, root)
  return reportOf(device, { ...known, findings: [lookAtRuntime(runtime), ...findings] })
}

function pieces(device: DeviceName, runtime: string, root: string): Known {
  if (device === 'cuda') return lookAtCuda(runtime, root)
  if (device === 'cpu') return lookAtProcessor(root)
  const { adapter, findings } = lookAtWebgpu(root)
  return { ...named(adapter), findings }
}

/** An adapter, and its name as the device's. */
export function named(adapter: Adapter | undefined): Pick<DeviceReport, 'name' | 'adapter'> {
  return adapter ? { name: adapter.name, adapter } : {}
}
