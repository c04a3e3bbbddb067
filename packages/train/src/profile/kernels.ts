import { TrainError } from '../error.ts'

/** What one operator's kernels took. */
export interface OperatorTime {
  /** The operator as the device ran it; of another domain than ONNX's own as `domain:Name`. */
  name: string
  /** Kernels a step. */
  calls: number
  secondsPerStep: number
  /** Of the time of all kernels. */
  share: number
}

/** An event of onnxruntime's profile, in microseconds. */
interface Event {
  cat: string
  name: string
  ts: number
  dur: number
  args?: { op_name?: string }
}

/** Operators that only carry out others, whose times are told apart. */
const containers = new Set(['Loop', 'Scan', 'If'])

/** The kernels' times of the last run in a profile that onnxruntime wrote, by operator, longest first. Throws where it holds none. */
export function operatorTimes(json: string, steps: number): OperatorTime[] {
  const events = JSON.parse(json) as Event[]
  // The runs before the last one have warmed up; a run's event is written at its end, but carries its beginning.
  const runs = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
  const last = runs.reduce((latest, run) => (run.ts > latest.ts ? run : latest), { ts: -1, dur: 0 })
  const sums = new Map<string, { calls: number; microseconds: number }>()
  for (const { cat, name, ts, dur, args } of events) {
    const operator = args?.op_name
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || !operator || containers.has(operator)) continue
    if (ts < last.ts || ts > last.ts + last.dur) continue
    const sum = sums.get(operator) ?? { calls: 0, microseconds: 0 }
    sums.set(operator, { calls: sum.calls + 1, microseconds: sum.microseconds + dur })
  }
  const all = [...sums.values()].reduce((sum, { microseconds }) => sum + microseconds, 0)
  if (all === 0) {
    const message = "onnxruntime's profile holds no kernel times; is it of another version?"
    throw new TrainError({ code: 'TRAIN_PROFILE_FAILED', message })
  }
  return [...sums]
    .map(([name, { calls, microseconds }]) => ({
      name,
      calls: calls / steps,
      secondsPerStep: microseconds / 1e6 / steps,
      share: microseconds / all,
    }))
    .sort((a, b) => b.secondsPerStep - a.secondsPerStep)
}
