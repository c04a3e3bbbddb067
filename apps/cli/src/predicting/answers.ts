import type { PixelTable } from '@pixelrow/data'
import type { Classifier, Image } from '@pixelrow/infer-node'
import type { Pairing } from '../submission/pairing.ts'
import type { NamedSample } from '../submission/sample.ts'

/** Some rows with what the model says of them. */
export interface Answers {
  rows: number
  /** Left out where rows are counted. */
  ids?: readonly string[]
  labels: Uint16Array
  /** `rows × classes`. */
  probabilities: Float32Array
}

/** Classifies tables as they come; reading, classifying and what takes the answers overlap. */
export async function* answersTo(
  classifier: Classifier,
  tables: AsyncIterable<PixelTable>,
  signal: AbortSignal,
): AsyncGenerator<Answers> {
  const waiting: Pick<Answers, 'rows' | 'ids'>[] = []
  async function* images(): AsyncGenerator<Image> {
    for await (const { pixels, rows, ids } of tables) {
      waiting.push({ rows, ...(ids && { ids }) })
      yield pixels
    }
  }
  for await (const answers of classifier.predictRows(images(), { signal, transfer: true })) {
    yield { ...waiting.shift()!, ...answers }
  }
}

/** One row that came before its turn. */
interface Early {
  label: number
  probabilities: Float32Array
}

/** The same rows in the order of a sample, with its ids: those that come before their turn wait in memory. */
export async function* inOrderOf(
  sample: NamedSample,
  pairs: Pairing,
  answers: AsyncIterable<Answers>,
): AsyncGenerator<Answers> {
  const early = new Map<number, Early>()
  let [next, row] = [0, 0]
  for await (const { rows, ids, labels, probabilities } of answers) {
    const classes = probabilities.length / rows
    const ready: Early[] = []
    for (let at = 0; at < rows; at++) {
      const place = pairs.place(ids?.[at], row++)
      if (place < 0) continue
      early.set(place, { label: labels[at]!, probabilities: probabilities.slice(at * classes, (at + 1) * classes) })
      for (let turn = early.get(next); turn; turn = early.get(++next)) {
        early.delete(next)
        ready.push(turn)
      }
    }
    if (ready.length > 0) yield joined(ready, sample.ids.slice(next - ready.length, next), classes)
  }
  pairs.finish()
}

function joined(rows: readonly Early[], ids: readonly string[], classes: number): Answers {
  const probabilities = new Float32Array(rows.length * classes)
  for (const [row, each] of rows.entries()) probabilities.set(each.probabilities, row * classes)
  return { rows: rows.length, ids, labels: Uint16Array.from(rows, ({ label }) => label), probabilities }
}
