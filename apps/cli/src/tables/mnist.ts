import { random } from '@pixelrow/data'
import { type Digits, readDigits } from '@pixelrow/digits'
import { JobError } from '../line/errors.ts'

export const imageBytes = 784
export const trainRows = 42_000

/** Reads the digits out of the installed package. */
export async function readMnist(): Promise<Digits> {
  try {
    return await readDigits()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new JobError(`The embedded digits cannot be read: ${reason}`, 'install @pixelrow/digits again', {
      code: 'CLI_DIGITS_DAMAGED',
      params: { reason },
    })
  }
}

/** A fixed order of `0..rows-1` for each `step`: Fisher-Yates over the counter-based generator, seed 0. */
function permutation(rows: number, step: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  // "digits" in ASCII, so that no other use of seed 0 draws these numbers.
  const draw = random(0, 0x64696769)
  for (let last = rows - 1; last > 0; last--) {
    const other = draw.below(step, last, last + 1)
    const row = order[last]!
    order[last] = order[other]!
    order[other] = row
  }
  return order
}

/** How many rows of each class go to the first part so that `rows` are there and shares differ least (largest remainders). */
function quotas(labels: Uint8Array, rows: number): number[] {
  const counts = new Array<number>(10).fill(0)
  for (const label of labels) counts[label]!++
  const exact = counts.map((count) => (count * rows) / labels.length)
  const taken = exact.map(Math.floor)
  const byRemainder = exact.map((_, label) => label).sort((a, b) => (exact[b]! % 1) - (exact[a]! % 1) || a - b)
  const missing = rows - taken.reduce((sum, count) => sum + count, 0)
  for (const label of byRemainder.slice(0, missing)) taken[label]!++
  return taken
}

/** The rows of train.csv and of test.csv, each in its order: a fixed stratified permutation. */
export function splitMnist(labels: Uint8Array): { train: Uint32Array; test: Uint32Array } {
  const left = quotas(labels, trainRows)
  const train: number[] = []
  const test: number[] = []
  for (const row of permutation(labels.length, 0)) {
    const label = labels[row]!
    if (left[label]!-- > 0) train.push(row)
    else test.push(row)
  }
  // What the quotas left over comes class after class at first; nobody should meet that in test.csv.
  return { train: Uint32Array.from(train), test: permutation(test.length, 1).map((place) => test[place]!) }
}
