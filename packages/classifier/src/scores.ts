import type { Classification, Predictions, Score } from './types.ts'

/** Index of the largest value among `values[from .. from + count)`, counted from `from`; the first of equals; NaN where one of them is. */
export function indexOfMax(values: Float32Array, from: number, count: number): number {
  let [best, most] = [0, values[from]!]
  if (Number.isNaN(most)) return most
  for (let i = 1; i < count; i++) {
    const value = values[from + i]!
    // One comparison for nearly all: NaN is not below anything, either.
    if (value <= most) continue
    if (Number.isNaN(value)) return value
    ;[best, most] = [i, value]
  }
  return best
}

/** One plain result per row, with the `top` best classes in falling order (all, where the model has fewer). */
export function classifications(predictions: Predictions, classes: readonly string[], top: number): Classification[] {
  return Array.from(predictions.labels, (label, row) => {
    const from = row * classes.length
    const best = rank(predictions.probabilities.subarray(from, from + classes.length), label).slice(0, top)
    const scores = best.map(([index, probability]): Score => ({ label: classes[index] ?? '', index, probability }))
    return { ...scores[0]!, top: scores }
  })
}

/** Classes by falling probability. Of equals, the model's own answer comes first, so that `top[0]` is never another. */
function rank(probabilities: Float32Array, label: number): [index: number, probability: number][] {
  return Array.from(probabilities, (probability, index): [number, number] => [index, probability]).sort(
    (a, b) => b[1] - a[1] || Number(b[0] === label) - Number(a[0] === label) || a[0] - b[0],
  )
}

/** Whether a `top` is a count. */
export const isCount = (top: number): boolean => Number.isInteger(top) && top > 0
