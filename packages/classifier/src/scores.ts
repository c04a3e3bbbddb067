import type { Classification, Predictions, Score } from './types.ts'

/** One plain result per row: the model's own answer, and the `top` best classes in falling order behind it (all, where the model has fewer). */
export function classifications(predictions: Predictions, classes: readonly string[], top: number): Classification[] {
  return Array.from(predictions.labels, (label, row) => {
    const from = row * classes.length
    const probabilities = predictions.probabilities.subarray(from, from + classes.length)
    const scores = Array.from(
      probabilities,
      (probability, index): Score => ({ label: classes[index]!, index, probability }),
    )
      // A file's own label need not be that of its best score: support vector machines decide by other numbers than their probabilities.
      .sort((a, b) => Number(b.index === label) - Number(a.index === label) || b.probability - a.probability)
      .slice(0, top)
    return { ...scores[0]!, top: scores }
  })
}

/** Whether a value is an integer of 1 or more. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0
