import type { PixelTable } from '@pixelrow/data'
import type { SeenRows } from '../files/rows.ts'
import { waysSeen } from '../files/rows.ts'
import { count } from '../terminal/table.ts'
import { type Accuracy, accuracyOf, accuracyText, fewRows } from './accuracy.ts'

/** Rows that are measured, by how the model has seen them; a part without rows is not there. */
export interface BySeen {
  trained?: Accuracy
  validated?: Accuracy
  others?: Accuracy
}

/** Tells apart what a model has been trained on, only validated on, and never met; `isRight` says which rows it classifies rightly. */
export function bySeen(seen: SeenRows, table: PixelTable, isRight: (row: number) => boolean): BySeen {
  const sums = { trained: [0, 0], validated: [0, 0], new: [0, 0] }
  for (const [row, way] of waysSeen(seen, table).entries()) {
    sums[way][0]! += Number(isRight(row))
    sums[way][1]!++
  }
  const part = ([right = 0, rows = 0]: number[]) => accuracyOf(right, rows)
  const [trained, validated, others] = [part(sums.trained), part(sums.validated), part(sums.new)]
  return { ...(trained && { trained }), ...(validated && { validated }), ...(others && { others }) }
}

/** The same in words, a line for each part; nothing where no row was met before. */
export function seenLines({ trained, validated, others }: BySeen): string[] {
  if (!trained && !validated) return []
  const line = (part: Accuracy | undefined, before: string, after = '') =>
    part ? [`${before} ${count(part.rows)}${after}: ${accuracyText(part)}${fewRows(part)}`] : []
  return [
    ...line(trained, 'Trained on', ' of them'),
    ...line(validated, 'Validated on', ' of them'),
    ...(others ? line(others, 'On the other') : ['None is left that the model has not met in its training']),
  ]
}
