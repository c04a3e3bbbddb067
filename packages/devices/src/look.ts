import { deviceNames } from './findings/names.ts'
import { lookAt } from './findings/report.ts'
import type { DeviceReport, LookOptions } from './findings/types.ts'
import { check, lookRules } from './options.ts'

/**
 * Looks what can compute here and what is missing, without loading or starting anything: it reads names and small files, in some
 * milliseconds. A device that `works` has all its pieces; only `surveyDevices` knows that it computes. Throws a SetupError for
 * options that are none, and nothing else.
 */
export function lookAtDevices(options: LookOptions): DeviceReport[] {
  check('lookAtDevices', options, lookRules)
  const { devices = deviceNames } = options
  return devices.map((device) => lookAt(device, options))
}
