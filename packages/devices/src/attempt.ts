import type { DeviceName, DeviceReport } from './findings/types.ts'

/** A device that was not used: why, and what mends it. */
export interface DeviceAttempt {
  device: DeviceName
  /** A sentence without its full stop. */
  error: string
  /** A command to paste, or a sentence, which ends in a full stop. */
  fix?: string
}

/** What is told of a device that does not work, the same wherever it is told; undefined for one that works. */
export function attemptOf({ device, works, reason, fix }: DeviceReport): DeviceAttempt | undefined {
  return works ? undefined : { device, error: reason ?? 'it does not work', ...(fix !== undefined && { fix }) }
}
