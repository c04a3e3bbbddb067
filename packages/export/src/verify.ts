import { rowsError } from './error.ts'
import { checked, requireRows, requireRun, scoreRules } from './options.ts'
import { largest, type Rows, score } from './score.ts'
import type { Run } from './session.ts'

/** Images, or other inputs, with what the trained model says of them. */
export type Samples = Rows & {
  /** `rows × classes`, row after row. */
  probabilities: Float32Array
}

/** How a file's results compare with the model's. */
export interface Verification {
  rows: number
  /** Largest absolute difference of a probability; `Infinity` where one side is not a number. */
  maxDifference: number
  /** The rows whose label is not the model's most probable class. */
  changed: number[]
}

/**
 * Runs an exported file on samples and compares it with what the trained model said of them. `run` loads the bytes (`open`
 * of @pixelrow/infer-node or @pixelrow/infer-web); the session is closed again. Nothing is judged here: the caller decides
 * what difference is too much. Throws an `ExportError` when there are no samples or they do not fit the file.
 */
export async function verify(
  bytes: Uint8Array,
  samples: Samples,
  options: { run: Run; signal?: AbortSignal },
): Promise<Verification> {
  const { run, signal } = checked('verify', options, { run: scoreRules.run, signal: scoreRules.signal })
  requireRun('verify', options)
  requireRows('verify', samples)
  const { values, labels } = await score(bytes, samples, { run, signal })
  return compare(samples.probabilities, values, labels)
}

/** Compares scores `rows × classes` with those expected, and labels with the largest of them. */
export function compare(expected: Float32Array, found: Float32Array, labels: ArrayLike<number>): Verification {
  const rows = labels.length
  if (found.length !== expected.length) {
    const counts = `${found.length} probabilities for ${rows} rows; expected ${expected.length}`
    throw rowsError(`The file gives ${counts}. Are pixels and probabilities of the same images?`)
  }
  const classes = expected.length / rows
  const changed = Array.from(labels, (label, row) => (label === largest(expected, row, classes) ? -1 : row))
  return { rows, maxDifference: maxDifference(expected, found), changed: changed.filter((row) => row >= 0) }
}

function maxDifference(a: Float32Array, b: Float32Array): number {
  let max = 0
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(a[at]! - b[at]!)
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    if (difference > max) max = difference
  }
  return max
}
