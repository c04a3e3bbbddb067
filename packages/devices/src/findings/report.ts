import { lookAtProcessor } from './cpu.ts'
import { lookAtCuda } from './cuda.ts'
import { lookAtRuntime } from './runtime.ts'
import type { Adapter, DeviceName, DeviceReport, Finding, LookOptions } from './types.ts'
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

/** Looks at one device. Without onnxruntime there is nothing to look at but the rest of the machine. */
export function lookAt(device: DeviceName, { runtime: entry, ...options }: LookOptions): DeviceReport {
  const { runtime, finding } = lookAtRuntime(entry)
  const root = options.root ?? '/'
  const known = (): Known => {
    if (device === 'cpu') return lookAtProcessor(root)
    if (device === 'cuda') return runtime ? lookAtCuda(runtime, { ...options, root }) : { findings: [] }
    const { adapter, findings } = lookAtWebgpu(root)
    return { ...named(adapter), findings }
  }
  const { findings, ...rest } = known()
  return reportOf(device, { ...rest, findings: [finding, ...findings] })
}

/** An adapter, and its name as the device's. */
export function named(adapter: Adapter | undefined): Pick<DeviceReport, 'name' | 'adapter'> {
  return adapter ? { name: adapter.name, adapter } : {}
}
