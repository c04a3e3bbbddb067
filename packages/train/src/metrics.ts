/** A figure computed from logits `rows × classes` and the rows' class indices. */
export type Metric = (logits: Float32Array, labels: Uint16Array) => number

/** Mean cross-entropy and accuracy of logits against labels. */
export function evaluate(logits: Float32Array, labels: Uint16Array): { loss: number; accuracy: number } {
  const classes = logits.length / labels.length
  let loss = 0
  let right = 0
  for (let row = 0; row < labels.length; row++) {
    const start = row * classes
    const best = argmax(logits, start, classes)
    if (best === labels[row]) right++
    loss += logSumExp(logits, start, classes, logits[start + best]!) - logits[start + labels[row]!]!
  }
  return { loss: loss / labels.length, accuracy: right / labels.length }
}

/** The share of rows whose label is among the `k` largest logits. */
export function topK(k: number): Metric {
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

/** Counts rows by true class (first index) and predicted class (second); both are class indices below `classes`. */
export function confusionMatrix(labels: Uint16Array, predicted: Uint16Array, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  labels.forEach((label, row) => {
    counts[label]![predicted[row]!]!++
  })
  return counts
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
