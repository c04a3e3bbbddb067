import {
  type Attempt,
  type ModelOptions,
  openRunner,
  type PlainSession,
  plainSession,
  type Runner,
  type Session,
} from '@pixelrow/classifier'
import { type Device, openSession } from './device.ts'
import type { Runtimes } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** All that it takes to open a model, as plain data that a worker can be sent. */
export interface OpenJob extends ModelFile {
  device: 'auto' | readonly Device[]
  /** Undefined leaves it to the device. */
  threads: number | undefined
  runtimes: Runtimes
  /** Whether its worker is a process. */
  isolate: boolean
  given?: ModelOptions | undefined
}

/** A model that is open, and where. */
export interface Opened {
  runner: Runner
  device: Device
  attempts: Attempt[]
}

/** Opens a model on this thread. */
export async function openHere({ runtimes, given, device: asked, threads, ...file }: OpenJob): Promise<Opened> {
  const { runtime, session, device, attempts } = await openSession(runtimes, file, { device: asked, threads })
  const { name, bytes, beside } = file
  const reopen = async (changed: Uint8Array) =>
    (await openSession(runtimes, { name, bytes: changed }, { device: [device], threads })).session as Session
  const runner = await openRunner({
    session: session as Session,
    tensor: (type, data, dims) => new runtime.Tensor(type, data as Uint8Array, dims),
    model: { bytes, ...(given && { given }) },
    name,
    // Other bytes would have no files beside them.
    ...(!beside && { reopen }),
  })
  return { runner, device, attempts }
}

/** Opens any file on this thread, to run it with tensors by name. */
export async function openPlain({ runtimes, device, threads, ...file }: OpenJob): Promise<PlainSession> {
  const { runtime, session } = await openSession(runtimes, file, { device, threads })
  return plainSession(
    session,
    ({ dataType, data, dims }) => new runtime.Tensor(dataType as 'uint8', data as Uint8Array, dims),
  )
}
