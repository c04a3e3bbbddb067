import { ExportError } from './error.ts'

/** A loaded file, as `load` of @pixelrow/infer-node and @pixelrow/infer-web gives it. */
export interface Runner {
  predict(pixels: Uint8Array): Promise<{ labels: ArrayLike<number>; probabilities: Float32Array }>
  close(): Promise<void>
}

/** Images with what the trained model says of them. */
export interface Samples {
  /** Whole images of raw pixels, one after the other. */
  pixels: Uint8Array
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
 * Runs an exported file on sample images and compares it with what the trained model said of them. `run` loads the bytes
 * (`load` of @pixelrow/infer-node fits) and is closed again. Nothing is judged here: the caller decides what difference is
 * too much. Throws an `ExportError` when there are no samples or the numbers of probabilities differ.
 */
export async function verify(
  bytes: Uint8Array,
  samples: Samples,
  { run }: { run: (bytes: Uint8Array) => Promise<Runner> },
): Promise<Verification> {
  const runner = await run(bytes)
  try {
    const { labels, probabilities } = await runner.predict(samples.pixels)
    return compare(samples.probabilities, probabilities, labels)
  } finally {
    await runner.close()
  }
}

function compare(expected: Float32Array, found: Float32Array, labels: ArrayLike<number>): Verification {
  const rows = labels.length
  if (rows === 0 || found.length !== expected.length) {
    const counts = `${found.length} probabilities for ${rows} rows; expected ${expected.length}`
    throw new ExportError(`The file gives ${counts}. Are pixels and probabilities of the same images?`)
  }
  const classes = expected.length / rows
  const changed = Array.from(labels, (label, row) => (label === largest(expected, row, classes) ? -1 : row))
  return { rows, maxDifference: maxDifference(expected, found), changed: changed.filter((row) => row >= 0) }
}

function largest(values: Float32Array, row: number, classes: number): number {
  const start = row * classes
  let best = start
  for (let at = start + 1; at < start + classes; at++) if (values[at]! > values[best]!) best = at
  return best - start
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
