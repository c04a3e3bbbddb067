import type { PixelTable } from '@pixelrow/data'
import type { Classifier } from '@pixelrow/infer-web'

/** What a model says of the rows of a table, as far as it has come. */
export interface Scored {
  /** Class of each row, by its place among the model's. */
  predicted: Uint16Array
  /** Probability of that class, 0..1. */
  sure: Float32Array
  /** Rows that are classified, from the first on. */
  done: number
  /** How many of them have the label that the table says; undefined for a table without labels. */
  right?: number
}

/** Rows of one run: a few milliseconds. */
const chunk = 8

/** Milliseconds between two breaths of the page, and between two reports. */
const [breath, interval] = [8, 150]

/** Whether the model's class of a row is the table's label; undefined where the table has none. */
export function isRight(table: PixelTable, classes: readonly string[], { predicted }: Scored, row: number) {
  const label = labelOf(table, row)
  return label === undefined ? undefined : classes[predicted[row]!] === label
}

export function labelOf({ labels, classes }: PixelTable, row: number): string | undefined {
  return labels && classes?.[labels[row]!]
}

/** Classifies all rows, a few at a time, so that the page stays alive. Throws the signal's reason when aborted. */
export async function score(
  classifier: Classifier,
  table: PixelTable,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (scored: Scored) => void },
): Promise<void> {
  const { rows, pixels } = table
  const size = pixels.length / rows
  const scored: Scored = { predicted: new Uint16Array(rows), sure: new Float32Array(rows), done: 0 }
  if (table.labels) scored.right = 0
  let [breathed, reported] = [performance.now(), Number.NEGATIVE_INFINITY]
  while (scored.done < rows) {
    const end = Math.min(rows, scored.done + chunk)
    const { labels, probabilities } = await classifier.predict(pixels.subarray(scored.done * size, end * size))
    signal.throwIfAborted()
    labels.forEach((label, i) => {
      const row = scored.done + i
      scored.predicted[row] = label
      scored.sure[row] = probabilities[i * classifier.classes.length + label]!
      if (isRight(table, classifier.classes, scored, row)) scored.right!++
    })
    scored.done = end
    const now = performance.now()
    if (end === rows || now - reported > interval) {
      onProgress(scored)
      reported = now
    }
    if (now - breathed < breath) continue
    await nextTask()
    signal.throwIfAborted()
    breathed = performance.now()
  }
}

/** Lets the page paint and hear. */
const nextTask = () =>
  new Promise((resolve) => (document.hidden ? setTimeout(resolve) : requestAnimationFrame(resolve)))

/**
 * The rows in the order to look at them: the wrong ones first, the surest of them before the others; of a table without labels, the least sure
 * first. Rows that are not classified yet come last.
 */
export function worstFirst(table: PixelTable, classes: readonly string[], scored: Scored): Uint32Array {
  const { sure, done } = scored
  const all = Array.from({ length: done }, (_, row) => row)
  const rest = Array.from({ length: table.rows - done }, (_, i) => done + i)
  if (!table.labels) return Uint32Array.from([...all.sort((a, b) => sure[a]! - sure[b]! || a - b), ...rest])
  const wrong = all.filter((row) => !isRight(table, classes, scored, row))
  const right = all.filter((row) => isRight(table, classes, scored, row))
  return Uint32Array.from([...wrong.sort((a, b) => sure[b]! - sure[a]! || a - b), ...right, ...rest])
}
