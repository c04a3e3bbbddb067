import type { PixelTable } from '@pixelrow/data'
import type { SeenRows } from '../files/rows.ts'
import { waysSeen } from '../files/rows.ts'
import { count } from '../terminal/table.ts'
import { type Accuracy, accuracyOf, accuracyText, caveat } from './accuracy.ts'

/** Rows that are measured, by how the model has seen them; a part without rows is not there. */
export interface BySeen {
  trained?: Accuracy
  validated?: Accuracy
  others?: Accuracy
}

/** The rows of a table, and what is known of each. */
export interface Rows {
  table: PixelTable
  /** `firstsIn` of the table. */
  firsts: Uint8Array
  /** Whether a model classifies a row rightly. */
  isRight: (row: number) => boolean
}

/** Tells apart what a model has been trained on, only validated on, and never met. */
export function bySeen(seen: SeenRows, { table, firsts, isRight }: Rows): BySeen {
  const none = () => ({ right: 0, rows: 0, pictures: 0 })
  const sums = { trained: none(), validated: none(), new: none() }
  for (const [row, way] of waysSeen(seen, table).entries()) {
    sums[way].right += Number(isRight(row))
    sums[way].rows++
    sums[way].pictures += firsts[row]!
  }
  const part = ({ right, ...sample }: ReturnType<typeof none>) => accuracyOf(right, sample)
  const [trained, validated, others] = [part(sums.trained), part(sums.validated), part(sums.new)]
  return { ...(trained && { trained }), ...(validated && { validated }), ...(others && { others }) }
}

/** The same in words, a line for each part; nothing where no row was met before. */
export function seenLines({ trained, validated, others }: BySeen): string[] {
  if (!trained && !validated) return []
  const line = (part: Accuracy | undefined, before: string, after = '') =>
    part ? [`${before} ${count(part.rows)}${after}: ${accuracyText(part)}${caveat(part)}`] : []
  return [
    ...line(trained, 'Trained on', ' of them'),
    ...line(validated, 'Validated on', ' of them'),
    ...(others ? line(others, 'On the other') : ['None is left that the model has not met in its training']),
  ]
}
