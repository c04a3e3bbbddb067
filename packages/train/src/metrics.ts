/** Mean cross-entropy and accuracy of logits against labels. */
export function evaluate(logits: Float32Array, labels: Uint16Array): { loss: number; accuracy: number } {
  const classes = logits.length / labels.length
  let loss = 0
  let right = 0
  for (let row = 0; row < labels.length; row++) {
    const scores = logits.subarray(row * classes, (row + 1) * classes)
    const best = argmax(scores)
    if (best === labels[row]) right++
    loss += logSumExp(scores, scores[best]!) - scores[labels[row]!]!
  }
  return { loss: loss / labels.length, accuracy: right / labels.length }
}

/** Turns each row of logits into probabilities, in place of nothing: a new array. */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length)
  for (let start = 0; start < logits.length; start += classes) {
    const scores = logits.subarray(start, start + classes)
    const total = logSumExp(scores, scores[argmax(scores)]!)
    for (let k = 0; k < classes; k++) probabilities[start + k] = Math.exp(scores[k]! - total)
  }
  return probabilities
}

/** The place of the largest number; the first of equals. */
export function argmax(scores: Float32Array): number {
  let best = 0
  for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]!) best = k
  return best
}

function logSumExp(scores: Float32Array, largest: number): number {
  let sum = 0
  for (const score of scores) sum += Math.exp(score - largest)
  return largest + Math.log(sum)
}
