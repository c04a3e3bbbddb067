import { DataError } from '../error.ts'
import type { ReadOptions } from '../types.ts'
import { cellTexts, isBlank, type Line, lineAt, splitCells, type Where } from './cells.ts'

// The first lines of a file: what separates their cells, and what stands above the header.

const COMMA = 44
/** A number as a CSV has it. */
export const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/** Whether there are a header and a row, or two rows, to know the columns by. */
export function hasTwoLines(head: Uint8Array): boolean {
  const lines = headLines(head, false)
  return lines.length > 1 + titleCount(head, lines)
}

/** So many lines may stand above a header. */
const MOST_TITLES = 5
const utf8 = new TextDecoder()
/** A line without what spreadsheets fill it up with. */
const textOf = (head: Uint8Array, { start, end }: Line): string =>
  utf8.decode(head.subarray(start, end)).replace(/[\s,;|]+$/, '')
const isComment = (text: string): boolean => text.startsWith('#')

/** Whether a line is a comment, or one cell of words. */
const isTitle = (text: string): boolean =>
  isComment(text) || (/\p{L}{2}/u.test(text) && (/^"[^"]*"$/.test(text) || !/[,;|\t"]/.test(text)))

/** How many of the first lines look like titles. */
function titleCount(head: Uint8Array, lines: readonly Line[]): number {
  const place = lines.slice(0, MOST_TITLES).findIndex((line) => !isTitle(textOf(head, line)))
  return place < 0 ? Math.min(lines.length, MOST_TITLES) : place
}

/**
 * The lines above the header that name the table or comment on it: each is one cell, or a comment of another number of cells, and below them stand a header of several
 * cells and a row of as many (below comments alone two rows will do). Whatever may be a header with a mistake in it is none of them.
 */
export function titlesIn(
  file: string,
  head: Uint8Array,
  lines: readonly Line[],
  above: number | undefined,
  { header }: ReadOptions,
): string[] {
  const count = titleCount(head, lines)
  const [line, row] = [lines[count], lines[count + 1]]
  if (count === 0 || !line || !row) return []
  const found = below(head, line, row, { file, above })
  if (!found) return []
  const { cells, separator } = found
  const texts = lines.slice(0, count).map((each) => textOf(head, each))
  const between = separator ? String.fromCharCode(separator) : ','
  if (texts.some((text) => text.split(between).filter(Boolean).length === cells.length)) return []
  const [numbers, words] = [cells.filter((cell) => NUMBER.test(cell)), cells.filter((cell) => /\p{L}/u.test(cell))]
  // Names that are numbers count the pixels; others are those of a row with a word as its label.
  const isCounting = [0, 1].some((first) => numbers.every((number, i) => number === String(first + i)))
  const isNamed = header !== false && words.length > 0 && isCounting
  return isNamed || texts.every(isComment) ? texts.map((text) => text.replace(/^"(.*)"$/, '$1')) : []
}

/**
 * The cells of a line that has several, and the byte between them, where the next one has as many; undefined where not, or where either is damaged, which is said
 * when it is read.
 */
function below(head: Uint8Array, line: Line, row: Line, { file, above }: { file: string; above: number | undefined }) {
  try {
    const separator = above ?? separatorIn(head, line, { file })
    const where: Where = { file, ...(separator && { separator }) }
    const cells = cellTexts(head, line, where)
    return cells.length > 1 && splitCells(head, row, where).count === cells.length ? { cells, separator } : undefined
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}

/** The lines at the start of a file that are whole and not blank. */
export function headLines(head: Uint8Array, last: boolean): Line[] {
  const lines: Line[] = []
  let [start, number] = [0, 1]
  for (let line = lineAt(head, start, number, last); line; line = lineAt(head, start, number, last)) {
    if (!isBlank(head, line)) lines.push(line)
    start = line.next
    number++
  }
  return lines
}

/** What may stand between cells in place of commas, and the words for it. */
export const separators: ReadonlyMap<number, string> = new Map([
  [0x3b, 'semicolons'],
  [9, 'tabs'],
  [0x7c, 'vertical bars'],
  [32, 'spaces'],
])

/** The separator that a spreadsheet names in a line above all others: `sep=;`. */
export function separatorNamed(file: string, head: Uint8Array, line: Line | undefined): number | undefined {
  if (!line || line.end - line.start !== 5) return undefined
  const [, separator] = /^sep=(.)$/i.exec(String.fromCharCode(...head.subarray(line.start, line.end))) ?? []
  if (separator === undefined) return undefined
  const byte = separator.charCodeAt(0)
  if (byte === COMMA || separators.has(byte)) return byte
  const expected = `sep= and one of a comma, ${[...separators.values()].join(', ')}`
  const about = { params: { separator }, file, row: line.number, advice: 'Save the file with commas.' }
  throw new DataError({ code: 'DATA_SEPARATOR_INVALID', ...about, expected, found: `sep=${separator}` })
}

/** The byte between the cells of a line that is one cell to the comma; undefined where there is none. */
export function separatorIn(head: Uint8Array, line: Line, where: Where): number | undefined {
  const [cell, second] = cellTexts(head, line, where)
  if (second !== undefined) return undefined
  const splits = (separator: number) => splitCells(head, line, { ...where, separator }).count > 1
  return [...separators.keys()].find((byte) => cell!.includes(String.fromCharCode(byte)) && splits(byte))
}
