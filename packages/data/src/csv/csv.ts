import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'
import { checkSubmission } from './submission-options.ts'

const BLOCK_ROWS = 256

/** How a table is written as CSV. */
export interface WriteCsvOptions {
  /** Write `label,pixel0,pixel1,…` first. Default true. */
  header?: boolean
  /** Name of the label column, or `false` to leave the labels out. Default `label`, where the table has labels. */
  label?: string | false
}

/** A table as pieces of CSV text: identifiers (`id`) and labels first where there are any, then the pixels. */
export function* csvText(
  table: PixelTable,
  { header = true, label = 'label' }: WriteCsvOptions = {},
): Generator<string> {
  const width = pixelCount(table.shape)
  const { labels, ids } = table
  const names = [...(ids ? ['id'] : []), ...(labels && label !== false ? [label] : [])].map(csvCell)
  if (header) yield `${[...names, ...Array.from({ length: width }, (_, i) => `pixel${i}`)].join(',')}\n`
  const classes = table.classes?.map(csvCell)
  for (let start = 0; start < table.rows; start += BLOCK_ROWS) {
    let block = ''
    for (let row = start; row < Math.min(start + BLOCK_ROWS, table.rows); row++) {
      if (ids) block += `${csvCell(ids[row]!)},`
      if (labels && label !== false) block += `${classes?.[labels[row]!] ?? labels[row]},`
      block += `${table.pixels.subarray(row * width, (row + 1) * width).join(',')}\n`
    }
    yield block
  }
}

/** What a submission holds. */
export interface SubmissionRows {
  /** Class index of each row, or the texts themselves. */
  labels: Uint16Array | readonly string[]
  /** The text of each class; indices are written as they are without it. */
  classes?: readonly string[]
  /** Default `firstId`, and one more for each row. */
  ids?: readonly string[]
  /** The first row's number where there are no ids. Default 1. */
  firstId?: number
  /** Names of the two columns. Default `['ImageId', 'Label']`. */
  header?: readonly [string, string]
}

/** A submission for Kaggle as text: a header and a line for each row. Throws a RangeError for a class or id that is not there, a DataError for an id twice. */
export function submissionText(rows: SubmissionRows): string {
  checkSubmission('submissionText', rows)
  const { labels, classes, ids, firstId = 1, header = ['ImageId', 'Label'] } = rows
  if (ids && ids.length !== labels.length) {
    throw new RangeError(`submission: expected an id for each of ${labels.length} rows, found ${ids.length} ids.`)
  }
  const cells = classes?.map(csvCell)
  let text = `${header.map(csvCell).join(',')}\n`
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    const cell = typeof label === 'string' ? csvCell(label) : cells ? cells[label] : label
    if (cell === undefined) {
      throw new RangeError(`submission row ${row + 1}: class ${label} is not among the ${classes?.length} classes.`)
    }
    text += `${ids ? csvCell(ids[row]!) : firstId + row},${cell}\n`
  }
  return text
}

/** A cell's text as CSV has it: in quotes where it needs them. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
