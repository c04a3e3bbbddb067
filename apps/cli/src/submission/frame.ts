import type { PixelTable } from '@pixelrow/data'
import { count, many } from '../terminal/table.ts'
import { type Counted, distinct, pairing } from './pairing.ts'
import type { NamedSample } from './sample.ts'

/** How a submission's rows are named, and which row of the test table each is. */
export interface Frame {
  header: [string, string]
  ids: string[]
  rows: Uint32Array
  /** How rows without ids came to theirs. */
  counted?: Counted | undefined
}

/** The header where no sample gives one: that of Digit Recognizer. */
export const usualHeader: readonly [string, string] = ['ImageId', 'Label']

/** Header and ids from the sample where there is one, else the table's ids, else 1, 2, … Rows that have ids are brought together by them. */
export function frameOf(table: PixelTable, test: string, sample?: NamedSample): Frame {
  const { rows, ids, preparation } = table
  if (!sample) {
    if (ids) distinct(test)(ids)
    const inOrder = Uint32Array.from({ length: rows }, (_, row) => row)
    const named = ids ?? Array.from(inOrder, (row) => String(row + 1))
    return { header: [...usualHeader], ids: named, rows: inOrder, ...(!ids && { counted: { by: 'number', from: 1 } }) }
  }
  const pairs = pairing(sample, test, { bare: preparation !== undefined })
  const places = new Uint32Array(sample.ids.length)
  for (let row = 0; row < rows; row++) {
    const place = pairs.place(ids?.[row], row)
    if (place >= 0) places[place] = row
  }
  pairs.finish()
  return { header: headerBy(sample), ids: sample.ids, rows: places, counted: pairs.counted() }
}

/** The header of a file of labels: the sample's own, or of one with a column for each class its id. */
export function headerBy({ header }: Pick<NamedSample, 'header'>): [string, string] {
  const [id, label, ...more] = header
  return [id!, more.length === 0 ? label! : usualHeader[1]]
}

/** Says that the rows were counted, where they have no ids to go by. */
export function countedSentence(test: string, counted: Counted, sample?: NamedSample): string {
  const none = `${test} has no ids: its rows are`
  if (!sample) return `${none} counted from 1`
  const { name, ids } = sample
  if (counted.by === 'number') return `${none} counted from ${counted.from}, as the ids of ${name} are`
  return `${none} taken in the order of the ${many(ids.length, 'id')} of ${name}, row 1 for id ${ids[0]}`
}

/** That there is no sample, and what is taken instead. */
export const noSample = `No sample found; header ${usualHeader.join()} assumed`

/** What a submission was held against, after the word `checked`. */
export function comparedWith(
  classes: readonly string[],
  rows: number,
  { test, sample, counted }: { test: string; sample?: NamedSample | undefined; counted?: Counted | undefined },
): string {
  const ids = sample
    ? `header and ${many(rows, 'id')} of ${sample.name}, in its order`
    : counted
      ? `ids from 1 to ${count(rows)}`
      : `the ${many(rows, 'id')} of ${test}, in its order`
  return `${ids}; labels among the ${many(classes.length, 'class', 'classes')}`
}
