// What Node reports of its process. The build copies this file into each package that asks, so that none needs another one for it.

/** The parts of a report that are asked for. */
interface ProcessReport {
  header?: { glibcVersionRuntime?: string }
  /** The files of native code in this process. */
  sharedObjects?: string[]
}

/** Node's report of this process, without its network: for that it would look up the names of all that the process is connected to. Undefined where there is none. */
export function processReport(): ProcessReport | undefined {
  const { report } = process as { report?: typeof process.report & { excludeNetwork?: boolean } }
  if (!report) return undefined
  const before = report.excludeNetwork
  report.excludeNetwork = true
  const found = report.getReport() as ProcessReport
  if (before !== undefined) report.excludeNetwork = before
  return found
}
