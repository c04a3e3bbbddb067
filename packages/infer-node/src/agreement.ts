import type { Predictions } from '@pixelrow/classifier'

/** How what a device says compares with what the CPU says of the same rows. */
export interface Agreement {
  /** Rows that were compared. */
  rows: number
  /** How many of them get the CPU's class. */
  same: number
  /** Of the others, how far apart the CPU's two largest scores are at most; 0 where there are no others. */
  margin: number
  /** How far a score is off the CPU's at most; of scores above 1, as a share of them. */
  difference: number
}

/** Of 1,000 rows so many may get another class. */
const OTHERS = 1

/** Where they do, the two largest scores may be so far apart: CUDA's convolutions and products round to 10 bits by default. */
const MARGIN = 0.01

/** A model that says one class of everything would let any device pass but for its scores. */
const DIFFERENCE = 0.05

/** Compares two results of the same rows. */
export function agreementOf(cpu: Predictions, found: Predictions): Agreement {
  const rows = cpu.labels.length
  const classes = cpu.probabilities.length / rows
  const agreement = { rows, same: 0, margin: 0, difference: 0 }
  for (let row = 0; row < rows; row++) {
    if (cpu.labels[row] === found.labels[row]) agreement.same++
    else agreement.margin = Math.max(agreement.margin, marginOf(cpu.probabilities, row * classes, classes))
  }
  for (const [i, score] of cpu.probabilities.entries()) {
    const off = Math.abs(score - found.probabilities[i]!) / Math.max(1, Math.abs(score))
    if (off > agreement.difference) agreement.difference = off
  }
  return agreement
}

/** So many of the rows as have the largest distance between their two largest scores, in their order. */
export function decidedRows({ labels, probabilities }: Predictions, count: number): number[] {
  const classes = probabilities.length / labels.length
  const margins = Array.from(labels, (_, row) => marginOf(probabilities, row * classes, classes))
  const order = [...margins.keys()].sort((a, b) => margins[b]! - margins[a]! || a - b)
  return order.slice(0, count).sort((a, b) => a - b)
}

/** How far the largest of some scores is above the next. */
function marginOf(scores: Float32Array, from: number, count: number): number {
  const [first = 0, second = first] = scores
    .slice(from, from + count)
    .sort()
    .reverse()
  return first - second
}

/** Why a device's answers cannot be taken for the CPU's; undefined where they can. */
export function disagreement({ rows, same, margin, difference }: Agreement): string | undefined {
  const others = rows - same
  const among = `${others} of ${rows} rows`
  if (others * 1000 > OTHERS * rows)
    return `it gives ${among} another class than the CPU; expected at most ${OTHERS} in 1000`
  if (margin > MARGIN)
    return `it gives ${among} another class than the CPU, where the two largest scores are ${margin.toPrecision(2)} apart; expected at most ${MARGIN}`
  if (difference > DIFFERENCE)
    return `its scores are up to ${difference.toPrecision(2)} off the CPU's on ${rows} rows; expected at most ${DIFFERENCE}`
  return undefined
}
