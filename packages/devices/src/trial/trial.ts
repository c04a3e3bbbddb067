import type { Adapter, DeviceName, Finding, Trial } from '../findings/types.ts'
import { type Ended, lastLines, runTool } from '../tool.ts'
import { adapterIn } from './adapter.ts'
import { causeIn } from './said.ts'
import { type Line, script } from './script.ts'

/** What is tried, and with what. */
export interface TrialJob {
  device: DeviceName
  runtime: string
  /** Libraries to load before onnxruntime, each after those that it needs. */
  libraries: readonly string[]
  seconds: number
  signal: AbortSignal | undefined
}

/** How it went. */
export interface Tried {
  finding: Finding
  trial?: Trial
  adapter?: Adapter
}

/**
 * Makes a session on a device and computes a product and a convolution, in a process of its own: what a driver prints, breaks or hangs there is
 * a finding. Throws the signal's reason alone.
 */
export async function tryDevice({ device, runtime, libraries, seconds, signal }: TrialJob): Promise<Tried> {
  const env = {
    ...process.env,
    ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY ?? '1',
    NODE_OPTIONS: '',
    VK_LOADER_DEBUG: 'error,warn,info,driver',
  }
  const ended = await runTool(process.execPath, ['-e', script, runtime, device, JSON.stringify(libraries)], {
    env,
    signal,
    seconds,
  })
  if (!ended) return { finding: failed(`${process.execPath} cannot be started`) }
  return told(ended, seconds)
}

function told(ended: Ended, seconds: number): Tried {
  const adapter = adapterIn(ended.stderr)
  const lines = linesOf(ended.stdout)
  const trial = trialIn(lines)
  const reason = trial ? wrongIn(lines) : problem(ended, lines, seconds)
  const known = adapter && { adapter }
  if (reason !== undefined) return { ...known, finding: failed(reason) }
  return { ...known, trial: trial!, finding: { piece: 'trial', ok: true, found: describe(trial!, ended, lines) } }
}

function linesOf(stdout: string): Line[] {
  return stdout.split('\n').flatMap((line) => (line.startsWith('{"stage":') ? [JSON.parse(line) as Line] : []))
}

/** A trial whose product came; the convolution may have failed. */
function trialIn(lines: readonly Line[]): Trial | undefined {
  const [session, product, convolution] = lines
  if (session?.stage !== 'session' || product?.stage !== 'product' || !convolution) return undefined
  return {
    sessionMs: rounded(session.ms),
    firstRunMs: rounded(product.firstMs),
    runMs: rounded(product.ms),
    convolves: convolution.stage === 'convolution',
  }
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100

function wrongIn(lines: readonly Line[]): string | undefined {
  for (const line of lines) if ('wrong' in line) return `it computes wrongly: of the ${line.stage}, ${line.wrong}`
  return undefined
}

const doing = {
  load: 'loading onnxruntime',
  session: 'making a session',
  product: 'a product',
  convolution: 'a convolution',
}

function problem({ code, endedBy, isLate, stderr }: Ended, lines: readonly Line[], seconds: number): string {
  const last = lines.at(-1)
  if (last?.stage === 'failed') return causeIn(stderr, last.message)
  const next = last === undefined ? 'session' : last.stage === 'session' ? 'product' : 'convolution'
  if (isLate) return `${doing[next]} did not end within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const cause = causeIn(stderr, lastLines(stderr.replaceAll(/^\[Vulkan Loader\].*$/gm, ''), 1))
  return `${doing[next]} ended the process with ${endedBy ?? `exit code ${code}`}${cause ? ` (${cause})` : ''}`
}

function describe({ sessionMs, firstRunMs, runMs }: Trial, { stderr }: Ended, lines: readonly Line[]): string {
  const last = lines.at(-1)
  const problem =
    last?.stage === 'failed'
      ? `the product is right, convolutions do not run: ${causeIn(stderr, last.message)}`
      : undefined
  const times = `session ${sessionMs} ms, first run ${firstRunMs} ms, run ${runMs} ms`
  return `${problem ?? 'product and convolution are right'}; ${times}`
}

function failed(reason: string): Finding {
  return {
    piece: 'trial',
    ok: false,
    reason,
    fix: 'No command is known to mend that; the CPU computes the same (--device cpu).',
  }
}
