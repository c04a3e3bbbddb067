import { short } from '../../../../common/short.ts'
import { DataError, type DataErrorPlace } from '../error.ts'

const [TAB, LF, CR, SPACE, QUOTE, COMMA] = [9, 10, 13, 32, 34, 44]
const loose = new TextDecoder()
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A line of a file: where its text begins and ends (without the line end), where the next begins, and its number from 1. */
export interface Line {
  start: number
  end: number
  next: number
  number: number
  /** It is the file's last, and no line end follows: the file may be cut short. */
  open?: boolean
}

/** The line that begins at `start`; undefined where none is complete. `last` says that no bytes follow: the end of the bytes ends a line too. */
export function lineAt(bytes: Uint8Array, start: number, number: number, last: boolean): Line | undefined {
  let end = bytes.indexOf(LF, start)
  if (end < 0) {
    if (!last || start >= bytes.length) return undefined
    end = bytes.length
  }
  const next = Math.min(end + 1, bytes.length)
  return { start, end: end > start && bytes[end - 1] === CR ? end - 1 : end, next, number }
}

/** Whether a line holds nothing but spaces and tabs. */
export function isBlank(bytes: Uint8Array, { start, end }: Line): boolean {
  for (let i = start; i < end; i++) if (!isSpace(bytes[i]!)) return false
  return true
}

/** The file that a line is of, the names of its columns where it has a header, and the byte between its cells where that is no comma. */
export interface Where {
  file: string
  names?: readonly string[]
  separator?: number
}

/** A name out of a file as errors show it: no sentence is filled with what a file holds. */
export const shown = (name: string, most = 36): string => short(name, most)

/** A cell as errors show it: the column by name, else by its number from 1. */
export function cellPlace({ file, names }: Where, row: number, cell: number): DataErrorPlace {
  return { file, row, column: names?.[cell] === undefined ? cell + 1 : shown(names[cell]) }
}

/** Where each cell of a line lies, trimmed and without its quotes: `spans` holds start and end of each. */
export interface Cells {
  count: number
  spans: number[]
  /** Cells in which a doubled quote stands for a quote. */
  doubled: number[]
}

/** Splits a line into cells. Throws a DataError for quotes out of place, NUL bytes and carriage returns inside the line. */
export function splitCells(bytes: Uint8Array, line: Line, where: Where): Cells {
  const cells: Cells = { count: 0, spans: [], doubled: [] }
  const { separator = COMMA } = where
  let { start: i, end } = line
  // Between spaces there are no empty cells, nor behind the last.
  if (separator === SPACE) while (end > i && isSpace(bytes[end - 1]!)) end--
  const text = end < line.end ? { ...line, end } : line
  for (;;) {
    while (i < end && isSpace(bytes[i]!) && (separator === SPACE || bytes[i] !== separator)) i++
    const after =
      bytes[i] === QUOTE && i < end ? quoted(bytes, i, text, where, cells) : plain(bytes, i, text, where, cells)
    cells.count++
    if (after >= end) return cells
    i = after + 1
  }
}

/** A cell without quotes from `start` to the separator; returns the place of that or the line's end. */
function plain(bytes: Uint8Array, start: number, line: Line, where: Where, cells: Cells): number {
  const { separator = COMMA } = where
  let i = start
  for (; i < line.end && !isEnd(bytes[i]!, separator); i++) {
    const byte = bytes[i]!
    if (byte === QUOTE || byte === CR || byte === 0) refuse(byte, cellPlace(where, line.number, cells.count))
  }
  let end = i
  while (end > start && isSpace(bytes[end - 1]!)) end--
  cells.spans.push(start, end)
  return i
}

/** A quoted cell; returns the place of the separator or the line's end after it. */
function quoted(bytes: Uint8Array, start: number, line: Line, where: Where, cells: Cells): number {
  let i = start + 1
  for (; i < line.end; i++) {
    const byte = bytes[i]!
    if (byte === CR || byte === 0) refuse(byte, cellPlace(where, line.number, cells.count))
    if (byte !== QUOTE) continue
    if (bytes[i + 1] !== QUOTE || i + 1 >= line.end) break
    if (cells.doubled.at(-1) !== cells.count) cells.doubled.push(cells.count)
    i++
  }
  const { separator = COMMA } = where
  let after = i + 1
  while (after < line.end && isSpace(bytes[after]!) && !isEnd(bytes[after]!, separator)) after++
  if (i >= line.end || (after < line.end && !isEnd(bytes[after]!, separator)))
    refuse(QUOTE, cellPlace(where, line.number, cells.count))
  cells.spans.push(start + 1, i)
  return after
}

/** What no cell may hold: what was found, what was expected, what to do. */
const REFUSED: Record<number, [string, string, string]> = {
  [QUOTE]: ['a stray quote', 'quotes around a whole cell', 'A quoted cell ends on its line.'],
  [CR]: ['a bare CR', 'LF or CR LF', 'Save the file with Unix (LF) or Windows (CR LF) line ends.'],
  0: ['a NUL byte', 'text', 'Is the file UTF-16 or binary? Save it as CSV in UTF-8.'],
}

function refuse(byte: number, place: DataErrorPlace): never {
  const [found, expected, advice] = REFUSED[byte]!
  throw new DataError({ code: 'DATA_CELL_INVALID', params: { byte }, ...place, found, expected, advice })
}

/** The text of a cell. Throws a DataError where it is not UTF-8. */
export function cellText(bytes: Uint8Array, cells: Cells, cell: number, line: Line, where: Where): string {
  const text = spanText(bytes, cells.spans[2 * cell]!, cells.spans[2 * cell + 1]!, where, line.number, cell)
  return cells.doubled.includes(cell) ? text.replaceAll('""', '"') : text
}

/** The text of some bytes of a cell, trimmed. Throws a DataError where they are not UTF-8. */
export function spanText(
  bytes: Uint8Array,
  start: number,
  end: number,
  where: Where,
  row: number,
  cell: number,
): string {
  // Most labels and ids are numbers, and decoding takes much longer.
  const number = end - start < 10 && (bytes[start] !== 48 || end - start === 1) ? wholeNumber(bytes, start, end) : -1
  if (number >= 0) return String(number)
  try {
    return utf8.decode(bytes.subarray(start, end)).replace(/^[ \t]+|[ \t]+$/g, '')
  } catch (cause) {
    const detail = { expected: 'UTF-8 text', found: 'other bytes', advice: 'Save the file as UTF-8.' }
    throw new DataError({ code: 'DATA_ENCODING_INVALID', ...cellPlace(where, row, cell), ...detail }, { cause })
  }
}

/** The value of plain digits, or -1 for any other text. */
export function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = start === end ? -1 : 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** The texts of all cells of a line. */
export function cellTexts(bytes: Uint8Array, line: Line, where: Where): string[] {
  const text = loose.decode(bytes.subarray(line.start, line.end))
  // Every separator ends a cell, and there is nothing to trim.
  if (/^[!#-~]*$/.test(text)) return text.split(String.fromCharCode(where.separator ?? COMMA))
  const cells = splitCells(bytes, line, where)
  return Array.from({ length: cells.count }, (_, cell) => cellText(bytes, cells, cell, line, where))
}

/** Whether a byte ends a cell: a tab does so among spaces, too. */
const isEnd = (byte: number, separator: number): boolean => byte === separator || (separator === SPACE && byte === TAB)

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB
}
