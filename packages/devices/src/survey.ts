import { deviceNames } from './findings/names.ts'
import { lookAt, named, reportOf } from './findings/report.ts'
import type { DeviceReport, SurveyOptions } from './findings/types.ts'
import { check, surveyRules } from './options.ts'
import { tryDevice } from './trial/trial.ts'

/**
 * Looks at each device and tries each whose pieces are all there, one after the other: a session, a product and a convolution in a process of
 * its own, compared and measured. A device that breaks, hangs or computes wrongly there does not work, and its report says why.
 * Throws a SetupError for options that are none, and the signal's reason.
 */
export async function surveyDevices(options: SurveyOptions): Promise<DeviceReport[]> {
  check('surveyDevices', options, surveyRules)
  const { devices = deviceNames, runtime, root = '/', ...rest } = options
  const reports: DeviceReport[] = []
  for (const device of devices) reports.push(await tried(lookAt(device, runtime, root), runtime, rest))
  return reports
}

async function tried(
  report: DeviceReport,
  runtime: string,
  { seconds = 120, signal }: Pick<SurveyOptions, 'seconds' | 'signal'>,
): Promise<DeviceReport> {
  signal?.throwIfAborted()
  const { device, works, name, adapter, findings } = report
  if (!works) return report
  const { finding, ...known } = await tryDevice({ device, runtime, libraries: [], seconds, signal })
  return reportOf(device, {
    ...(name && { name }),
    ...(adapter && { adapter }),
    ...known,
    ...named(known.adapter),
    findings: [...findings, finding],
  })
}
