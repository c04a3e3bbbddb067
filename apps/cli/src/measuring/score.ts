import { type PixelTable, readSubmission } from '@pixelrow/data'
import type { Context } from '../context.ts'
import type { SeenRows } from '../files/rows.ts'
import { score } from '../submission/check.ts'
import { nameOf } from '../tables/place.ts'
import type { Source } from '../tables/source.ts'
import { count, many } from '../terminal/table.ts'
import { type Accuracy, accuracyOfSome, accuracyText, caveat, firstsIn, sampleOf } from './accuracy.ts'
import { type BySeen, bySeen, seenLines } from './seen.ts'

/** How well a model did on the test table, where its true labels are known. */
export interface Score extends Accuracy {
  /** Where the labels are from: `28,000 digits kept aside`. */
  on: string
  /** The same by how the model has seen the rows. */
  seen: BySeen
}

interface Answers {
  /** Where they are written. */
  submission: string
  table: PixelTable
  predicted: Uint16Array
  seen: SeenRows
}

/** Measures what a run has predicted, by the solution or the labels that the test table has itself. */
export async function scoreOf(
  { terminal }: Context,
  source: Source,
  { submission: path, table, predicted, seen }: Answers,
): Promise<Score | undefined> {
  const { labels } = table
  if (source.solution) {
    const submission = await readSubmission(path)
    const { right, rows } = score(submission, await readSubmission(source.solution))
    const on = `${count(rows)} digits kept aside (Kaggle's own split differs: expect ±0.001)`
    // These are split once and for all: none of them is in train.csv.
    return { ...accuracyOfSome(right, { rows, pictures: rows }), on, seen: {} }
  }
  if (!labels) return undefined
  if (labels.every((label) => label === labels[0])) {
    terminal.note(
      `Every label of ${nameOf(source.test)} is ${table.classes?.[labels[0]!]}, as in a file without them: not scored`,
    )
    return undefined
  }
  const isRight = (row: number) => predicted[row] === labels[row]
  const right = labels.reduce((sum, _, row) => sum + Number(isRight(row)), 0)
  const on = `${many(table.rows, 'labelled row')} of ${nameOf(source.test)}`
  const firsts = firstsIn(table)
  return { ...accuracyOfSome(right, sampleOf(firsts)), on, seen: bySeen(seen, { table, firsts, isRight }) }
}

/** A score in words, and what of it says less than it seems to. */
export function scoreLines(measured: Score, style: (text: string) => string): string[] {
  const { on, seen } = measured
  return [`${accuracyText(measured, style)} on ${on}${caveat(measured)}`, ...seenLines(seen)]
}
