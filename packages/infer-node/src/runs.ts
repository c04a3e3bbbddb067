import { imageSize, type ModelDescription, type Predictions, type Runner } from '@pixelrow/classifier'
import { type Device, isAccelerator } from './device.ts'

/** Rows of a run on the CPU: more are slower. */
export const RUN_ROWS = 256

/** Rows of one message where a stream brings so many: each message costs a worker and its host about as much as the rows of a third of a run. */
export const PIECE_ROWS = 4 * RUN_ROWS

/** Bytes of pixels that keep a graphics card busy for a run. */
const RUN_BYTES = 2 ** 23

/** The most rows of a run on a graphics card. */
const MOST_ROWS = 1024

/** How many times as many rows one shape of a run has as the one before. */
const STEP = 16

/**
 * The rows of a run that suit a device: on the CPU, and on software that plays a graphics card, few, so that what they are worked on with stays in its caches; on a
 * card a power of two, as much as its memory takes well.
 */
export function runRows(device: Device, model: ModelDescription, isSoftware = false): number {
  if (!isAccelerator(device) || isSoftware) return RUN_ROWS
  const fitting = RUN_BYTES / imageSize(model)
  return Math.min(MOST_ROWS, 2 ** Math.max(4, Math.floor(Math.log2(fitting))))
}

/** How many rows the runs of a device have: few numbers, since shaders are compiled and convolutions tuned for each of them. */
export function shapesUpTo(most: number): number[] {
  const shapes = [most]
  for (let rows = 1; rows < most; rows *= STEP) shapes.push(rows)
  return shapes.sort((a, b) => a - b)
}

/** The same runner for any number of rows, in runs of at most `most`. Where there are `shapes`, each run is filled up to one of them. */
export function inRuns(runner: Runner, most: number, shapes?: readonly number[]): Runner {
  const once = (pixels: Uint8Array, rows: number) => {
    const full = shapes?.find((shape) => shape >= rows) ?? rows
    return full === rows ? runner.run(pixels, rows) : filledUp(runner, pixels, { rows, full })
  }
  return { ...runner, run: (pixels, rows) => (rows <= most ? once(pixels, rows) : split(once, pixels, { rows, most })) }
}

async function split(
  once: Runner['run'],
  pixels: Uint8Array,
  { rows, most }: { rows: number; most: number },
): Promise<Predictions> {
  const size = pixels.length / rows
  const parts: Predictions[] = []
  for (let from = 0; from < rows; from += most) {
    const count = Math.min(most, rows - from)
    parts.push(await once(pixels.subarray(from * size, (from + count) * size), count))
  }
  return joined(parts, rows)
}

/** The answers to many rows, all asked for at once, in parts of so many, as of a queue that never runs empty. */
export async function answersOf(
  runner: Runner,
  pixels: Uint8Array,
  { rows, part }: { rows: number; part: number },
): Promise<Predictions> {
  const size = pixels.length / rows
  const froms = Array.from({ length: Math.ceil(rows / part) }, (_, i) => i * part)
  const parts = froms.map((from) => {
    const to = Math.min(from + part, rows)
    return runner.run(pixels.subarray(from * size, to * size), to - from)
  })
  return joined(await Promise.all(parts), rows)
}

/** Results of some rows, one after the other. */
function joined(parts: readonly Predictions[], rows: number): Predictions {
  const classes = parts[0]!.probabilities.length / parts[0]!.labels.length
  const into = { labels: new Uint16Array(rows), probabilities: new Float32Array(rows * classes) }
  let from = 0
  for (const { labels, probabilities } of parts) {
    into.labels.set(labels, from)
    into.probabilities.set(probabilities, from * classes)
    from += labels.length
  }
  return into
}

/** A run with its last row several times: of rows without anything in them, a model need not give a number. */
async function filledUp(
  runner: Runner,
  pixels: Uint8Array,
  { rows, full }: { rows: number; full: number },
): Promise<Predictions> {
  const size = pixels.length / rows
  const filled = new Uint8Array(full * size)
  filled.set(pixels)
  for (let row = rows; row < full; row++) filled.set(pixels.subarray((rows - 1) * size, rows * size), row * size)
  const { labels, probabilities } = await runner.run(filled, full)
  const classes = probabilities.length / full
  return { labels: labels.slice(0, rows), probabilities: probabilities.slice(0, rows * classes) }
}
