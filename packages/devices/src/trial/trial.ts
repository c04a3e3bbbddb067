import { asNode } from '../../../../common/asnode.ts'
import type { Adapter, DeviceName, Finding, Trial } from '../findings/types.ts'
import { type Ended, lastLines, runTool } from '../tool.ts'
import { adapterIn } from './adapter.ts'
import { causeIn, fixOf } from './said.ts'
import { type Line, script } from './script.ts'

/** What is tried, and with what. */
export interface TrialJob {
  device: DeviceName
  runtime: string
  /** Where the machine's files are. Default `/`. */
  root?: string
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
export async function tryDevice(job: TrialJob): Promise<Tried> {
  const { device, runtime, libraries, seconds, signal } = job
  const env = asNode({
    ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY ?? '1',
    VK_LOADER_DEBUG: 'error,warn,info,driver',
  })
  const ended = await runTool(
    process.execPath,
    ['--input-type=commonjs', '-e', script, runtime, device, JSON.stringify(libraries)],
    {
      env,
      signal,
      seconds,
    },
  )
  return ended ? told(ended, job) : { finding: failed(`${process.execPath} cannot be started`, job) }
}

function told(ended: Ended, job: TrialJob): Tried {
  const adapter = adapterIn(ended.stderr)
  const lines = linesOf(ended.stdout)
  const trial = trialIn(lines)
  const reason = trial ? wrongIn(lines) : problem(ended, lines, job.seconds)
  const known = adapter && { adapter }
  if (reason !== undefined) return { ...known, finding: failed(reason, job) }
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

const shown = (ms: number): string => `${ms < 10 ? ms : Math.round(ms)} ms`

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
  if (last?.stage === 'failed') return causeIn(last.message, stderr)
  const next = last === undefined ? 'session' : last.stage === 'session' ? 'product' : 'convolution'
  if (isLate) return `${doing[next]} did not end within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  const cause = causeIn(lastLines(stderr.replaceAll(/^\[Vulkan Loader\].*$/gm, ''), 1), stderr)
  return `${doing[next]} ended the process with ${endedBy ?? `exit code ${code}`}${cause ? ` (${cause})` : ''}`
}

function describe({ sessionMs, firstRunMs, runMs }: Trial, { stderr }: Ended, lines: readonly Line[]): string {
  const last = lines.at(-1)
  const problem =
    last?.stage === 'failed'
      ? `the product is right, convolutions do not run: ${causeIn(last.message, stderr)}`
      : undefined
  const times = `session ${shown(sessionMs)}, first run ${shown(firstRunMs)}, run ${shown(runMs)}`
  return `${problem ?? 'product and convolution are right'}; ${times}`
}

const failed = (reason: string, job: TrialJob): Finding => ({
  piece: 'trial',
  ok: false,
  reason,
  fix: fixOf(reason, job),
})
