import { whole } from '../../../common/options.ts'
import { checkArguments } from './check.ts'
import { TrainError } from './error.ts'
import type { Tally } from './outcome.ts'

/** A figure computed from logits `rows × classes` and the rows' class indices. */
export type Metric = (logits: Float32Array, labels: Uint16Array) => number

/** Mean cross-entropy and accuracy of logits against labels, and how many rows of each class were right. */
export function evaluate(logits: Float32Array, labels: Uint16Array): { loss: number; accuracy: number; tally: Tally } {
  const classes = logits.length / labels.length
  const zeros = () => new Array<number>(classes).fill(0)
  const tally: Tally = { rows: zeros(), right: zeros(), answers: zeros() }
  let loss = 0
  let right = 0
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes
    const label = labels[row]!
    const best = argmax(logits, start, classes)
    tally.rows[label]!++
    tally.answers[best]!++
    if (best === label) {
      tally.right[label]!++
      right++
    }
    loss += logSumExp(logits, start, classes, logits[start + best]!) - logits[start + label]!
  }
  return { loss: loss / labels.length, accuracy: right / labels.length, tally }
}

/** The share of rows whose label is among the `k` largest logits; `k` is 1 or more. */
export function topK(k: number): Metric {
  checkArguments('topK', { k }, { k: whole(1) })
  return (logits, labels) => {
    const classes = logits.length / labels.length
    let right = 0
    labels.forEach((label, row) => {
      const scores = logits.subarray(row * classes, (row + 1) * classes)
      const above = scores.reduce(
        (count, score, at) => count + Number(score > scores[label]! || (score === scores[label] && at < label)),
        0,
      )
      if (above < k) right++
    })
    return right / labels.length
  }
}

/**
 * Counts rows by true class (first index) and predicted class (second); both are class indices below `classes`, as many of one as of the
 * other. Throws a `TrainError` where they are not.
 */
export function confusionMatrix(labels: Uint16Array, predicted: Uint16Array, classes: number): number[][] {
  checkArguments('confusionMatrix', { classes }, { classes: whole(1) })
  requireClasses('labels', labels, { length: predicted.length, classes })
  requireClasses('predicted', predicted, { length: labels.length, classes })
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  labels.forEach((label, row) => {
    counts[label]![predicted[row]!]!++
  })
  return counts
}

function requireClasses(
  name: string,
  indices: Uint16Array,
  { length, classes }: { length: number; classes: number },
): void {
  const row = indices.findIndex((index) => !(index >= 0 && index < classes))
  if (row < 0 && indices.length === length) return
  const expected = row < 0 ? `${length} class indices, as many as of the other` : `class indices below ${classes}`
  const found = row < 0 ? `${indices.length}` : `${indices[row]} in row ${row}`
  throw new TrainError({
    code: 'TRAIN_OPTION_INVALID',
    params: { where: 'confusionMatrix', option: name, expected, found },
    message: `confusionMatrix: ${name} must be ${expected}; found ${found}.`,
  })
}

/** Turns each row of logits into probabilities. */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length)
  for (let start = 0; start < logits.length; start += classes) {
    const total = logSumExp(logits, start, classes, logits[start + argmax(logits, start, classes)]!)
    for (let k = start; k < start + classes; k++) probabilities[k] = Math.exp(logits[k]! - total)
  }
  return probabilities
}

/** The place of the largest of `count` numbers from `start` on, counted from there; the first of equals. */
export function argmax(scores: Float32Array, start: number, count: number): number {
  let best = 0
  for (let k = 1; k < count; k++) if (scores[start + k]! > scores[start + best]!) best = k
  return best
}

function logSumExp(scores: Float32Array, start: number, count: number, largest: number): number {
  let sum = 0
  for (let k = start; k < start + count; k++) sum += Math.exp(scores[k]! - largest)
  return largest + Math.log(sum)
}
