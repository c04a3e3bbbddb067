import type { Attempt } from '@pixelrow/classifier'
import { attemptOf, type DeviceReport, lookAtDevices } from '@pixelrow/devices'
import { librariesFor } from '@pixelrow/devices/preload'
import type { Device } from './device.ts'
import type { Runtimes } from './runtime.ts'

/** A device to try. */
export interface Candidate {
  device: Device
  /** What looking found it to be. */
  name?: string
  /** Software that plays a graphics card. */
  isSoftware?: boolean
  /** Why it will not do, as far as looking tells. */
  missing?: Attempt | undefined
}

/** What is tried, in order, and what is not, with reasons. */
export interface Candidates {
  list: Candidate[]
  attempts: Attempt[]
}

/** Those that can be looked at, in the order in which they are preferred. */
const lookedAt = ['cuda', 'webgpu'] as const

type LookedAt = (typeof lookedAt)[number]

/**
 * The devices to try. `auto` is CUDA, then WebGPU on a graphics card, then the CPU; of the first two those that have all their pieces. A device that was asked
 * for by its name is tried in any case. Looking takes some milliseconds, and only where there is something to look at. Where onnxruntime has no native library,
 * `auto` is WebAssembly.
 */
export function candidatesFor(wanted: 'auto' | readonly Device[], { native, wasm, missing }: Runtimes): Candidates {
  if (wanted === 'auto' && native === undefined && wasm !== undefined)
    return { list: [{ device: 'wasm' }], attempts: [{ device: 'cpu', error: missing ?? '', code: 'missing' }] }
  const named = wanted === 'auto' ? lookedAt : lookedAt.filter((device) => wanted.includes(device))
  const looked = native === undefined || named.length === 0 ? [] : look(native, named)
  if (wanted !== 'auto') {
    const list = wanted.map((device) => looked.find((each) => each.device === device) ?? { device })
    return { list, attempts: [] }
  }
  const attempts = looked.flatMap((each) => each.missing ?? softwareAttempt(each) ?? [])
  const isLeft = ({ device }: Candidate) => !attempts.some((attempt) => attempt.device === device)
  return { list: [...looked.filter(isLeft), { device: 'cpu' }], attempts }
}

function look(runtime: string, devices: readonly LookedAt[]): Candidate[] {
  return lookAtDevices({ runtime, devices }).map((report): Candidate => {
    const missing = attemptOf(report)
    return { ...known(report), ...(missing && { missing: { ...missing, code: 'missing' } }) }
  })
}

function known({ device, name, adapter }: DeviceReport): Candidate {
  return { device, ...(name !== undefined && { name }), isSoftware: adapter?.type === 'software' }
}

function softwareAttempt({ device, name, isSoftware }: Candidate): Attempt | undefined {
  if (!isSoftware) return undefined
  const error = `${name ?? 'its driver'} is software that plays a graphics card, on the CPU itself`
  return { device, error, code: 'missing' }
}

/** What has to be loaded before a device's provider, which would not find it by itself: paths, in their order. What is missing, the provider says. */
export function librariesOf(device: Device, { native: runtime }: Runtimes): string[] {
  const known = lookedAt.find((each) => each === device)
  try {
    return known && runtime !== undefined ? librariesFor(known, { runtime }) : []
  } catch {
    return []
  }
}
