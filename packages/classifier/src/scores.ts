import type { Classification, Predictions, Score } from './types.ts'

/** One plain result per row, with the `top` best classes in falling order (all, where the model has fewer). */
export function classifications(predictions: Predictions, classes: readonly string[], top: number): Classification[] {
  return Array.from(predictions.labels, (label, row) => {
    const from = row * classes.length
    const probabilities = predictions.probabilities.subarray(from, from + classes.length)
    const scores = Array.from(
      probabilities,
      (probability, index): Score => ({ label: classes[index]!, index, probability }),
    )
      // Of equals, the model's own answer comes first, so that `top[0]` is never another.
      .sort((a, b) => b.probability - a.probability || Number(b.index === label) - Number(a.index === label))
      .slice(0, top)
    return { ...scores[0]!, top: scores }
  })
}

/** Whether a value is an integer of 1 or more. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0
