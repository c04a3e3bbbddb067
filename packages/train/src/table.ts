import { checkTable, type PixelTable } from '@pixelrow/data'
import { show } from '../../../common/options.ts'
import { TrainError } from './error.ts'

/** A table with what training needs of it. */
export type LabelledTable = PixelTable & { labels: Uint16Array; classes: string[] }

/** Checks a table, which must have labels and at least one row. */
export function requireLabels(table: PixelTable, subject: string): LabelledTable {
  checkTable(table, subject)
  const { rows, labels, classes } = table
  if (rows === 0) {
    const message = `${subject} has no rows: there is nothing to train on.`
    throw new TrainError({ code: 'TRAIN_TABLE_EMPTY', params: { subject }, message })
  }
  if (labels && classes) return { ...table, labels, classes }
  const message = `${subject} has no labels. Is it the test file? Read the training file, or name its label column.`
  throw new TrainError({ code: 'TRAIN_LABELS_MISSING', params: { subject }, message })
}

/**
 * A table with its labels as places among `classes`, another table's: two tables meet by the texts of their classes, in whatever order each
 * has them. Throws where a row's class is not among them.
 */
export function withClasses(table: LabelledTable, classes: string[], subject: string): LabelledTable {
  const placeOf = new Map(classes.map((text, place) => [text, place]))
  const places = table.classes.map((text) => placeOf.get(text))
  const row = table.labels.findIndex((label) => places[label] === undefined)
  if (row < 0) return { ...table, classes, labels: table.labels.map((label) => places[label]!) }
  const found = table.classes[table.labels[row]!]
  throw new TrainError({
    code: 'TRAIN_CLASS_UNKNOWN',
    params: { subject, row, found, expected: classes },
    message: `${subject}, row ${row} (the first is 0): the class ${show(found)} is not among those to train on, ${listed(classes)}. Read both tables with the same classes.`,
  })
}

const listed = (texts: readonly string[]) => (texts.length > 12 ? [...texts.slice(0, 12), '…'] : texts).join(', ')
