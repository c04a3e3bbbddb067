import { checkLabels } from '../check.ts'
import { DataError } from '../error.ts'
import type { PixelTable } from '../types.ts'

/**
 * A table's labels as the bytes of IDX: the numbers that the classes are, where all are whole numbers, else the places of the classes, 0, 1, 2, …, as IDX
 * holds no words. Throws a DataError for numbers beyond 0..255 and for more than 256 classes (`DATA_LABEL_UNWRITABLE`), and for a table without labels.
 */
export function idxLabels(table: Pick<PixelTable, 'labels' | 'classes'>): Uint8Array {
  checkLabels(table, 'idxLabels: the table')
  const { labels, classes } = table as Required<typeof table>
  const isNumbers = classes.every((name) => /^-?\d+$/.test(name))
  const numbers = classes.map((name, place) => (isNumbers ? Number(name) : place))
  const index = numbers.findIndex((number) => number < 0 || number > 255)
  if (index < 0) return Uint8Array.from(labels, (label) => numbers[label]!)
  const [expected, found] = isNumbers
    ? ['labels 0..255, as IDX holds bytes', classes[index]!]
    : ['at most 256 classes, as IDX holds bytes', String(classes.length)]
  const params = { classes: classes.length }
  throw new DataError({ code: 'DATA_LABEL_UNWRITABLE', params, expected, found, advice: 'Write it as CSV.' })
}
