import { either, flag, like, type Rules, show, text } from '../../../../common/options.ts'
import { areFloats } from '../../../../common/values.ts'
import { checkTable } from '../check.ts'
import { DataError } from '../error.ts'
import { check } from '../options.ts'
import { pixelCount } from '../shape.ts'
import type { PixelTable, SubmissionRows } from '../types.ts'
import { classText } from './classes.ts'
import { checkSubmission } from './submission-options.ts'

const BLOCK_ROWS = 256

/** How a table is written as CSV. */
export interface WriteCsvOptions {
  /** Write `label,pixel0,pixel1,…` first. Default true. */
  header?: boolean
  /** Name of the label column, or `false` to leave the labels out. Default `label`, where the table has labels. */
  label?: string | false
  /**
   * Write an apostrophe before what a spreadsheet would take for a formula: labels and ids that begin with `=`, `+`, `-`, `@` or a tab and are no numbers. Read
   * back, they have it still. Default false.
   */
  spreadsheetSafe?: boolean
}

const writeRules = (): Rules<WriteCsvOptions> => ({
  header: flag,
  label: either(
    text,
    like('false', (value) => value === false),
  ),
  spreadsheetSafe: flag,
})

/**
 * A table as pieces of CSV text: identifiers (`id`) and labels first where there are any, then the pixels. Throws a DataError for a table that is
 * none, and for what would not be read back as it is: ids and classes that are empty or hold line breaks, and two classes that are one number.
 */
export function csvText(table: PixelTable, options: WriteCsvOptions = {}): Generator<string> {
  check('csvText', options, writeRules())
  checkTable(table, 'csvText: the table')
  const { header = true, label = 'label', spreadsheetSafe = false } = options
  const { labels, ids, classes } = table
  if (ids) requireReadable('ids', ids)
  if (labels && label !== false && classes) requireClasses(classes)
  const names = [...(ids ? ['id'] : []), ...(labels && label !== false ? [label] : [])]
  requireReadable('label', names)
  const cell = spreadsheetSafe ? (text: string) => csvCell(spreadsheetText(text)) : csvCell
  return blocks(table, header ? names : undefined, { labelled: label !== false, cell })
}

/**
 * A text that a spreadsheet does not run as a formula: with an apostrophe in front where it begins with `=`, `+`, `-`, `@`, a tab or a line break
 * and is no number.
 */
export const spreadsheetText = (text: string): string =>
  /^[=+\-@\t\r\n]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text

/** The header where there are names, then the rows. */
function* blocks(
  table: PixelTable,
  names: string[] | undefined,
  { labelled, cell }: { labelled: boolean; cell: (text: string) => string },
): Generator<string> {
  const width = pixelCount(table.shape)
  const { ids, labels, classes } = table
  const pixels = Array.from({ length: width }, (_, i) => `pixel${i}`)
  if (names) yield `${[...names.map(cell), ...pixels].join(',')}\n`
  const cells = classes?.map(cell)
  for (let start = 0; start < table.rows; start += BLOCK_ROWS) {
    let block = ''
    for (let row = start; row < Math.min(start + BLOCK_ROWS, table.rows); row++) {
      if (ids) block += `${cell(ids[row]!)},`
      if (labels && labelled) block += `${cells?.[labels[row]!] ?? labels[row]},`
      const pixels = table.pixels.subarray(row * width, (row + 1) * width)
      block += `${areFloats(pixels) ? Array.from(pixels, shortest).join(',') : pixels.join(',')}\n`
    }
    yield block
  }
}

/** The shortest text that is read back as the same 32-bit float. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

/** Refuses texts that no reader would give back: empty ones, and those that go on in another line. */
function requireReadable(field: string, texts: readonly string[]): void {
  const index = texts.findIndex((each) => /[\r\n\0]|^[ \t]*$/.test(each))
  if (index < 0) return
  const [expected, found] = ['texts of one line, not empty', show(texts[index])]
  const params = { field, index }
  throw new DataError({
    code: 'DATA_TEXT_UNWRITABLE',
    params,
    problem: `csvText: ${field}: expected ${expected}, found ${found}`,
    expected,
    found,
  })
}

/** Refuses classes of which two would be read back as one. */
function requireClasses(classes: readonly string[]): void {
  requireReadable('classes', classes)
  const firsts = new Map([...classes].reverse().map((name) => [classText(name), name]))
  const index = classes.findIndex((name) => firsts.get(classText(name)) !== name)
  if (index < 0) return
  const [one, other] = [firsts.get(classText(classes[index]!)), classes[index]]
  const problem = `csvText: classes '${one}' and '${other}' would be read back as one`
  throw new DataError({
    code: 'DATA_TEXT_UNWRITABLE',
    params: { field: 'classes', index },
    problem,
    found: `'${other}'`,
  })
}

/** A submission for Kaggle as text: a header and a line for each row. Throws a DataError for a class or id that is not there, and for an id twice. */
export function submissionText(rows: SubmissionRows): string {
  checkSubmission('submissionText', rows)
  const { labels, classes, ids, firstId = 1, header = ['ImageId', 'Label'] } = rows
  if (ids && ids.length !== labels.length) {
    const params = { ids: ids.length, rows: labels.length }
    const problem = `submission: expected an id for each of ${params.rows} rows, found ${params.ids} ids`
    throw new DataError({ code: 'DATA_IDS_COUNT', params, problem })
  }
  const cells = classes?.map(csvCell)
  let text = `${header.map(csvCell).join(',')}\n`
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    const cell = typeof label === 'string' ? csvCell(label) : cells ? cells[label] : label
    if (cell === undefined) {
      const params = { row, class: Number(label), classes: classes?.length ?? 0 }
      const problem = `submission row ${row + 1}: class ${label} is not among the ${params.classes} classes`
      throw new DataError({ code: 'DATA_CLASS_OUTSIDE', params, problem })
    }
    text += `${ids ? csvCell(ids[row]!) : firstId + row},${cell}\n`
  }
  return text
}

/** A cell's text as CSV has it: in quotes where it needs them. */
export function csvCell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
