import { TrainError } from '../error.ts'

/** What one operator's kernels, or their launches, took. */
export interface OperatorTime {
  /** The operator as the device ran it; of another domain than ONNX's own as `domain:Name`. */
  name: string
  /** Kernels, or launches, a step. */
  calls: number
  secondsPerStep: number
  /** Of the time of all. */
  share: number
}

/** Times by operator, longest first, and what they are times of: the `kernels`, or their `launches` by the host. */
export interface Times {
  of: 'kernels' | 'launches'
  operators: OperatorTime[]
}

/** An event of onnxruntime's profile, in microseconds. */
interface Event {
  cat: string
  name: string
  ts: number
  dur: number
  args?: { op_name?: string; provider?: string }
}

/** One operator's part in an event. */
interface Part {
  operator: string
  microseconds: number
}

/** Operators that only carry out others, whose times are told apart. */
const containers = new Set(['Loop', 'Scan', 'If'])

/**
 * The times of the last run in a profile that onnxruntime wrote. `steps` is how many that run had, where a run is a chunk. Undefined where nothing ran.
 *
 * The CPU's nodes are its kernels. WebGPU tells its kernels by the device's own clock, as `Api`. CUDA tells none: a node there ends when it is launched.
 */
export function operatorTimes(json: string, steps: number): Times | undefined {
  const events = JSON.parse(json) as Event[]
  const runs = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
  const kernels = events.filter(({ cat }) => cat === 'Api')
  if (kernels.length > 0) {
    // They come in the order of the runs, which are all alike; the runs before the last one have warmed up.
    const last = kernels.slice(-Math.round(kernels.length / runs.length))
    return { of: 'kernels', operators: summed(last.map(kernelPart), stepsIn(last)) }
  }
  const nodes = nodesOf(events, runs)
  if (nodes.length === 0) return undefined
  const isHere = nodes.every(({ args }) => args?.provider === 'CPUExecutionProvider')
  const parts = nodes.map(({ args, dur }) => ({ operator: args?.op_name ?? '', microseconds: dur }))
  return { of: isHere ? 'kernels' : 'launches', operators: summed(parts, steps) }
}

/** The nodes of the last run; a run's event is written at its end, but carries its beginning. */
function nodesOf(events: readonly Event[], runs: readonly Event[]): Event[] {
  const last = runs.reduce((latest, run) => (run.ts > latest.ts ? run : latest), { ts: -1, dur: 0 })
  return events.filter(({ cat, name, ts, args }) => {
    const operator = args?.op_name
    const isKernel = cat === 'Node' && name.endsWith('_kernel_time') && operator && !containers.has(operator)
    return isKernel && ts >= last.ts && ts <= last.ts + last.dur
  })
}

/** `NODE&OPERATOR&PROGRAM`; what belongs to no node, as a copy does, has its name alone. */
function kernelPart({ name, dur }: Event): Part {
  const [node = '', operator = node] = name.split('&')
  return { operator, microseconds: dur }
}

/** Nodes of several steps in a run are called `NODE@STEP`. */
const stepsIn = (kernels: readonly Event[]) =>
  1 + kernels.reduce((last, { name }) => Math.max(last, Number(/@(\d+)(?:&|$)/.exec(name)?.[1] ?? 0)), 0)

function summed(parts: readonly Part[], steps: number): OperatorTime[] {
  const sums = new Map<string, { calls: number; microseconds: number }>()
  for (const { operator, microseconds } of parts) {
    const sum = sums.get(operator) ?? { calls: 0, microseconds: 0 }
    sums.set(operator, { calls: sum.calls + 1, microseconds: sum.microseconds + microseconds })
  }
  const all = parts.reduce((sum, { microseconds }) => sum + microseconds, 0)
  return [...sums]
    .map(([name, { calls, microseconds }]) => ({
      name,
      calls: calls / steps,
      secondsPerStep: microseconds / 1e6 / steps,
      share: all > 0 ? microseconds / all : 0,
    }))
    .sort((a, b) => b.secondsPerStep - a.secondsPerStep)
}

/** The times that the longest of several profiles tells; throws where none does. */
export function timesIn(profiles: readonly string[], steps: number): Times {
  for (const json of [...profiles].sort((a, b) => b.length - a.length)) {
    const times = operatorTimes(json, steps)
    if (times) return times
  }
  const message = "onnxruntime's profile holds no kernel times; is it of another version?"
  throw new TrainError({ code: 'TRAIN_PROFILE_FAILED', message })
}
