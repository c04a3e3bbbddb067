import type { Predictions } from '@pixelrow/classifier'
import { type Agreement, agreementOf, decidedRows, disagreement } from './agreement.ts'
import type { Device } from './device.ts'
import type { Opened } from './opened.ts'
import { answersOf } from './runs.ts'
import { samplePixels, sampleRows } from './samples.ts'

/** What the CPU says of some rows, and how fast. */
export interface Reference {
  pixels: Uint8Array
  predictions: Predictions
  /** Of one row, in the runs that are made of many. */
  seconds: number
}

/** A device compared with the CPU on the model. */
export interface Measured extends Agreement {
  device: Device
  /** Rows of a run that suit it. */
  batch: number
  /** What a row takes in such runs, on the device and on the CPU, in seconds; where the device was chosen by it. */
  seconds?: { device: number; cpu: number }
}

/** `auto` leaves the CPU for what is so many times as fast: who is about as fast is no gain, and would be chosen on one day and not on the next. */
const FASTER = 1.5

/** So many times as many rows are drawn as are compared: of noise, more lie between two classes than of pictures, and those are left out. */
const DRAWN = 1.5

/** Seconds after which nothing is measured again. */
const ENOUGH = 0.3

/** Has the CPU say what the rows are that devices are compared by. */
export async function referenceOf(cpu: Opened): Promise<Reference> {
  const { model } = cpu.runner
  const rows = sampleRows(model)
  const drawn = Math.ceil(rows * DRAWN)
  const pixels = samplePixels(model, drawn)
  const answers = await answersOf(cpu.runner, pixels, { rows: drawn, part: cpu.batch })
  const decided = decidedRows(answers, rows)
  const size = pixels.length / drawn
  const kept = rowsOf(pixels, decided, size)
  const probabilities = rowsOf(answers.probabilities, decided, answers.probabilities.length / drawn)
  const predictions = { labels: rowsOf(answers.labels, decided, 1), probabilities }
  return { pixels: kept, predictions, seconds: await secondsOf(cpu, kept, rows) }
}

/** Some rows of a table, one after the other. */
function rowsOf<T extends Uint8Array | Uint16Array | Float32Array>(table: T, rows: readonly number[], size: number): T {
  const some = table.slice(0, rows.length * size) as T
  for (const [to, from] of rows.entries()) some.set(table.subarray(from * size, (from + 1) * size), to * size)
  return some
}

/** Compares a device with the CPU; for its speed only where that matters. */
export async function measured(
  on: Opened,
  { pixels, predictions, seconds: cpu }: Reference,
  { isTimed }: { isTimed: boolean },
): Promise<Measured> {
  const { device, batch } = on
  const rows = predictions.labels.length
  const agreement = agreementOf(predictions, await answersOf(on.runner, pixels, { rows, part: batch }))
  if (!isTimed || disagreement(agreement)) return { device, batch, ...agreement }
  // Two runs, of which one is on its way while the other is done.
  const many = repeated(pixels, (2 * batch * pixels.length) / rows)
  return { device, batch, ...agreement, seconds: { device: await secondsOf(on, many, 2 * batch), cpu } }
}

/** The same bytes again and again, in all so many. */
function repeated(bytes: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length)
  for (let at = 0; at < length; at += bytes.length) all.set(bytes.subarray(0, length - at), at)
  return all
}

/** Why a device that was measured is not taken; undefined where it is. */
export function refusal(found: Measured): string | undefined {
  const { seconds, batch } = found
  const wrong = disagreement(found)
  if (wrong || !seconds || seconds.device * FASTER < seconds.cpu) return wrong
  const [own, cpu] = [seconds.device, seconds.cpu].map(micro)
  return `it takes ${own} µs a row in runs of ${batch}, the CPU ${cpu}; expected ${FASTER} times as fast`
}

/** Seconds as microseconds, in two digits. */
const micro = (seconds: number): string => String(Number((seconds * 1e6).toPrecision(2)))

/** What a row takes: the best of three, or of fewer where that is long. */
async function secondsOf(on: Opened, pixels: Uint8Array, rows: number): Promise<number> {
  const began = performance.now()
  let best = Infinity
  for (let times = 0; times < 3 && performance.now() - began < 1000 * ENOUGH; times++) {
    const before = performance.now()
    await answersOf(on.runner, pixels, { rows, part: on.batch })
    best = Math.min(best, performance.now() - before)
  }
  return best / 1000 / rows
}
