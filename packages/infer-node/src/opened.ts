import { type Attempt, type ModelOptions, openRunner, type Runner, type Session } from '@pixelrow/classifier'
import { type Device, openSession } from './device.ts'
import type { Runtimes } from './runtime.ts'
import type { ModelFile } from './source.ts'

/** All that it takes to open a model, as plain data that a worker can be sent. */
export interface OpenJob extends ModelFile {
  device: 'auto' | readonly Device[]
  /** Undefined leaves it to the device. */
  threads: number | undefined
  runtimes: Runtimes
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
  const { name, bytes } = file
  const runner = await openRunner({
    session: session as Session,
    tensor: (type, data, dims) => new runtime.Tensor(type, data as Uint8Array, dims),
    model: { bytes, ...(given && { given }) },
    name,
  })
  return { runner, device, attempts }
}
