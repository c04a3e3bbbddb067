import { isolates } from '@pixelrow/worker'
import { type Device, isAccelerator } from './device.ts'

/**
 * Whether a device gets a process of its own: what is said, else every one with a driver, which may crash, and the processor where
 * this is a worker thread.
 */
export function isolatesOn(device: Device, isolate?: boolean): boolean {
  return isolate ?? (isAccelerator(device) || isolates())
}
