import {
  type Attempt,
  type ModelOptions,
  openRunner,
  type PlainSession,
  plainSession,
  type Runner,
  type Session,
} from '@pixelrow/classifier'
import { preloadLibraries } from '@pixelrow/devices/preload'
import { type Device, isAccelerator, openSession } from './device.ts'
import { inRuns, runRows, shapesUpTo } from './runs.ts'
import type { Runtimes } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** All that it takes to open a model on a device, as plain data that a worker can be sent. */
export interface OpenJob extends ModelFile {
  device: Device
  /** Whether the device is software that plays a graphics card. */
  isSoftware?: boolean
  /** Libraries to load before the device's provider looks for them: paths, in order. */
  libraries?: readonly string[]
  /** Undefined leaves it to the device. */
  threads: number | undefined
  runtimes: Runtimes
  /** Whether its worker is a process. */
  isolate: boolean
  given?: ModelOptions | undefined
}

/** A model that is open on a device. */
export interface Opened {
  runner: Runner
  device: Device
  /** Rows of one run. */
  batch: number
  /** Runs that it works on at once. */
  lanes: number
  /** Runs that a lane may have at once, the one that it works on among them. */
  depth: number
}

/** The same with the devices that were tried before; both change where the device is lost. */
export interface Tried extends Opened {
  attempts: readonly Attempt[]
}

/** Opens a model on this thread. */
export async function openHere(job: OpenJob): Promise<Opened> {
  const { runtimes, given, device, isSoftware, threads, libraries = [], name, bytes, beside } = job
  preloadLibraries(libraries)
  const on = { device, threads }
  const { runtime, session } = await openSession(runtimes, { name, bytes, beside }, on)
  const reopen = async (changed: Uint8Array) =>
    (await openSession(runtimes, { name, bytes: changed }, on)).session as Session
  const runner = await openRunner({
    session: session as Session,
    tensor: (type, data, dims) => new runtime.Tensor(type, data as Uint8Array, dims),
    model: { bytes, ...(given && { given }) },
    name,
    // Other bytes would have no files beside them.
    ...(!beside && { reopen }),
  })
  const batch = runRows(device, runner.model, isSoftware)
  const suited = isAccelerator(device) ? inRuns(runner, batch, shapesUpTo(batch)) : runner
  return { runner: suited, device, batch, lanes: 1, depth: 1 }
}

/** Opens any file on this thread, to run it with tensors by name. */
export async function openPlain({
  runtimes,
  device,
  threads,
  libraries = [],
  ...file
}: OpenJob): Promise<PlainSession> {
  preloadLibraries(libraries)
  const { runtime, session } = await openSession(runtimes, file, { device, threads })
  return plainSession(
    session,
    ({ dataType, data, dims }) => new runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
