import { librariesFor } from './cuda/preload.ts'
import { lookAtCode } from './findings/code.ts'
import { deviceNames } from './findings/names.ts'
import { lookAt, named, reportOf } from './findings/report.ts'
import type { DeviceName, DeviceReport, Finding, SurveyOptions } from './findings/types.ts'
import { check, surveyRules } from './options.ts'
import { tryDevice } from './trial/trial.ts'

/**
 * Looks at each device and tries each whose pieces are all there, one after the other: a session, a product and a convolution in a process of
 * its own, compared and measured. A device that breaks, hangs or computes wrongly there does not work, and its report says why.
 * Throws a SetupError for options that are none, and the signal's reason.
 */
export async function surveyDevices(options: SurveyOptions): Promise<DeviceReport[]> {
  check('surveyDevices', options, surveyRules)
  const { devices = deviceNames, signal } = options
  const reports: DeviceReport[] = []
  for (const device of devices) {
    signal?.throwIfAborted()
    reports.push(await surveyed(device, options))
  }
  return reports
}

async function surveyed(device: DeviceName, options: SurveyOptions): Promise<DeviceReport> {
  const looked = lookAt(device, options)
  if (!looked.works) return looked
  const seen = device === 'cuda' ? withCode(looked, await lookAtCode(options)) : looked
  return seen.works ? tried(seen, options) : seen
}

/** A report that knows the card by its driver. */
function withCode(report: DeviceReport, { name, finding }: { name?: string; finding?: Finding }): DeviceReport {
  const { device, findings, name: known } = report
  const called = name ?? known
  return reportOf(device, { ...(called && { name: called }), findings: [...findings, ...(finding ? [finding] : [])] })
}

async function tried(
  report: DeviceReport,
  { seconds = 120, signal, ...options }: SurveyOptions,
): Promise<DeviceReport> {
  const { device, name, adapter, findings } = report
  const { devices: _, ...places } = options
  const { runtime, root = '/' } = options
  const libraries = device === 'cpu' ? [] : librariesFor(device, places)
  const { finding, trial, adapter: taken } = await tryDevice({ device, runtime, root, libraries, seconds, signal })
  return reportOf(device, {
    ...(name && { name }),
    ...named(taken ?? adapter),
    ...(trial && { trial }),
    findings: [...findings, finding],
  })
}
