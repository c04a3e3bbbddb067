import {
  builtTfjs,
  checkTfjs,
  commitOf,
  type DeviceName,
  type DeviceReport,
  runtimeAt,
  surveyDevices,
  type ToolFound,
  toolsHere,
} from '@pixelrow/devices'
import type { Context } from '../../context.ts'
import { asStarted } from '../../line/paste.ts'
import { allVersions, passedOver, runtimeEntry } from '../../versions.ts'

/** What `doctor --json` prints. */
export interface Diagnosis {
  /** Node's, pixelrow's, its packages' and onnxruntime-node's; of what is not installed there is none. */
  versions: Record<string, string>
  machine: { platform: string; arch: string }
  /** The commit that onnxruntime-node's library was built from; null where it does not say. */
  commit: string | null
  /** What of onnxruntime is there and not used, as it is of another version, and where. */
  passedOver: string[]
  /** Every device, in the order in which they are preferred. */
  devices: DeviceReport[]
  /** What `setup tfjs` has built; null where it has built nothing. */
  tfjs: TfjsState | null
  /** What the setups need. */
  tools: ToolFound[]
}

/** The tfjs-node that `setup tfjs` has built. */
export interface TfjsState {
  tensorflow: string
  folder: string
  /** Whether it computes on a GPU; null where it does not load. */
  gpu: boolean | null
  /** What TensorFlow said where it uses no GPU, or why it does not load. */
  reason?: string
}

/** The devices in the order in which they are told. */
const devices: readonly DeviceName[] = ['cuda', 'webgpu', 'cpu']

/** Looks at all there is to tell. */
export async function diagnose(context: Context): Promise<Diagnosis> {
  const { terminal, signal } = context
  const reports: DeviceReport[] = []
  for (const device of devices) {
    terminal.transient(`trying ${device}`)
    const [report] = await surveyDevices({ runtime: runtimeEntry(), devices: [device], signal })
    reports.push(runnable(report!))
  }
  terminal.transient('looking at what was set up')
  const [tfjs, tools] = [await tfjsState(signal), await toolsHere({ signal })]
  terminal.transient()
  const { platform, arch } = process
  const versions = allVersions()
  const machine = { platform, arch }
  return { versions, machine, commit: commitHere(), passedOver: passedOver(), devices: reports, tfjs, tools }
}

/** Our own commands in the words that start this program again. */
function runnable(report: DeviceReport): DeviceReport {
  return { ...withCommand(report), findings: report.findings.map(withCommand) }
}

function withCommand<T extends { fix?: string }>(of: T): T {
  return of.fix === undefined ? of : { ...of, fix: asStarted(of.fix) }
}

function commitHere(): string | null {
  try {
    return commitOf(runtimeAt(runtimeEntry()).library) ?? null
  } catch {
    // The devices' findings say what is wrong with it.
    return null
  }
}

async function tfjsState(signal: AbortSignal): Promise<TfjsState | null> {
  const build = builtTfjs()
  if (!build) return null
  const known = { tensorflow: build.version, folder: build.folder }
  try {
    const { gpu, reason } = await checkTfjs(build, { signal })
    return { ...known, gpu, ...(reason && { reason }) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...known, gpu: null, reason: (error as Error).message }
  }
}
