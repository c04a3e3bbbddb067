import { isArray } from './core.ts'
import { countError, nanError, scoresError } from './refusals.ts'
import type { Predictions } from './types.ts'

/** Scores as a copy, and the class of each row where the model does not say it. Throws a `ClassifierError` where they are none of these rows, or NaN. */
export function labelled(scores: unknown, rows: number, { count, name }: { count: number; name: string }): Predictions {
  if (!isArray<Float32Array>(scores, 'Float32')) throw scoresError(name, rows, 'probabilities')
  if (scores.length !== rows * count) throw countError(name, rows, count)
  const labels = Uint16Array.from({ length: rows }, (_, row) => {
    const best = indexOfMax(scores, row * count, count)
    if (Number.isNaN(best)) throw nanError(name, row)
    return best
  })
  return { labels, probabilities: scores.slice() }
}

/** Index of the largest value among `values[from .. from + count)`, counted from `from`; the first of equals; NaN where one of them is. */
function indexOfMax(values: Float32Array, from: number, count: number): number {
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
