import { DataError } from '../error.ts'
import type { DataErrorParams } from '../error-params.ts'
import type { PixelValues } from '../types.ts'
import { type Cells, cellPlace, cellText, type Line, splitCells, wholeNumber } from './cells.ts'
import type { Layout } from './layout.ts'

/** What a pixel's text may be. */
export interface PixelRule {
  /** The largest value. */
  max: number
  /** Fractions 0..1 are kept as `round(255 × value)`. */
  fractions: boolean
  /** Any number is kept as it is; `max` is then the largest that a 32-bit float holds. */
  floats?: boolean
}

/** The texts of a row that are no pixels. */
export interface RowTexts {
  label?: string
  id?: string
  /** Of the columns that are kept, in their order. */
  kept?: string[]
}

/** A pixel written as a fraction where whole numbers are expected; the reader may go on in fractions. */
export class FractionError extends DataError {}

const CORRECT = 'Correct or delete this row.'
/** `0,5`; or, where commas were taken for separators, `1;0`. */
const DECIMAL_COMMA = /^(\d*,\d+|[-+\d.]+(;[-+\d.]+)+)$/
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/**
 * Reads one line strictly: writes its pixels to `out` and returns its other texts.
 * This is the meaning of a row: faster readers give the same bytes or leave the line to this one, which throws a DataError for what is wrong.
 */
export function readRow(bytes: Uint8Array, line: Line, layout: Layout, rule: PixelRule, out: PixelValues): RowTexts {
  const cells = splitCells(bytes, line, layout)
  if (cells.count !== layout.columns) wrongCount(line, layout, cells)
  const text = (column: number) => cellText(bytes, cells, column, line, layout)
  for (let column = 0; column < cells.count; column++) {
    const place = layout.places[column]!
    if (place < 0) continue
    const value = rule.fractions ? -1 : wholeNumber(bytes, cells.spans[2 * column]!, cells.spans[2 * column + 1]!)
    const fine = value >= 0 && value <= rule.max
    out[place] = fine ? value : pixelOf(text(column), column, line, layout, rule)
  }
  if (layout.packed >= 0) unpack(text(layout.packed), line, layout, rule, out)
  const texts: RowTexts = {}
  if (layout.label >= 0) texts.label = text(layout.label)
  if (layout.id >= 0) texts.id = text(layout.id)
  const kept = Object.values(layout.keep)
  if (kept.length > 0) texts.kept = kept.map(text)
  return texts
}

/** The pixel that a text means; the text is a decimal number whose value (as a double) is whole and in range. */
function pixelOf(text: string, column: number, line: Line, layout: Layout, rule: PixelRule): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (rule.floats && Number.isFinite(Math.fround(value))) return value
  // A sign is no part of a whole number or a fraction.
  const isPlain = !/^[-+]/.test(text) && !rule.floats
  if (isPlain && rule.fractions && value <= 1) return Math.round(value * 255)
  if (isPlain && !rule.fractions && value <= rule.max && Number.isInteger(value)) return value
  const expected = expectedOf(rule)
  const found = text === '' ? 'an empty cell' : `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`
  const { kind, advice } = hint(text, value, rule, line, layout)
  const place = { ...cellPlace(layout, line.number, column), found, expected, advice }
  const detail = { code: 'DATA_PIXEL_INVALID', params: { max: rule.max, kind }, ...place } as const
  throw isPlain && value > 0 && value < 1 && !rule.fractions ? new FractionError(detail) : new DataError(detail)
}

/** What a pixel is, in the words of errors. */
export const expectedOf = ({ max, fractions, floats }: PixelRule): string =>
  floats ? 'a number' : fractions ? 'a number 0..1' : `a whole number 0..${max}`

interface Hint extends Pick<DataErrorParams['DATA_PIXEL_INVALID'], 'kind'> {
  advice: string
}

/** What a text that is no pixel seems to be, and what to do about it. */
function hint(text: string, value: number, rule: PixelRule, line: Line, layout: Layout): Hint {
  const known = numberHint(value, rule)
  if (known) return known
  if (DECIMAL_COMMA.test(text)) {
    return { kind: 'other', advice: 'Decimals are written with commas here: save the file with decimal points.' }
  }
  if (line.number === layout.first.number && !layout.names) {
    return { kind: 'header', advice: 'If the first line is a header, pass header: true.' }
  }
  if (text === '') return { kind: 'empty', advice: 'Every pixel needs a value.' }
  const way = value < 0 ? "pass dataType: 'float32'" : `scale them to 0..${rule.fractions ? 1 : 255} first`
  const meant = value < 0 || value > rule.max ? `; if such values are meant, ${way}` : ''
  return { kind: value < 0 ? 'float' : 'other', advice: `Correct this cell${meant}.` }
}

/** What a number that is no pixel seems to be; undefined where it is only wrong. */
export function numberHint(value: number, rule: PixelRule): Hint | undefined {
  if (value > 0 && value < 1) {
    const option = rule.max === 1 ? 'fractions: true' : 'maxValue: 1'
    return { kind: 'fraction', advice: `If the values are fractions 0..1, pass ${option}.` }
  }
  if (value > rule.max && rule.max < 255 && value <= 255) {
    return { kind: 'white', advice: `Pass maxValue: 255 if white is above ${rule.max} here.` }
  }
  return undefined
}

/** All pixels out of one cell, with spaces between. */
function unpack(text: string, line: Line, layout: Layout, rule: PixelRule, out: PixelValues): void {
  const values = text.split(/[ \t]+/)
  if (values.length !== layout.pixels) {
    const place = cellPlace(layout, line.number, layout.packed)
    const [expected, found] = [`${layout.pixels} values`, String(values.length)]
    throw new DataError({ code: 'DATA_VALUES_COUNT', ...place, expected, found, advice: CORRECT })
  }
  for (const [i, value] of values.entries()) out[i] = pixelOf(value, layout.packed, line, layout, rule)
}

function wrongCount(line: Line, layout: Layout, { count, spans }: Cells): never {
  const trailing = count === layout.columns + 1 && spans.at(-1) === spans.at(-2)
  const advice = trailing
    ? 'The last is empty: take the comma off the end of the line.'
    : line.open && count < layout.columns
      ? 'The file is cut short or damaged: fetch it again.'
      : CORRECT
  const [expected, found] = [`${layout.columns} cells`, String(count)]
  throw new DataError({ code: 'DATA_CELLS_COUNT', file: layout.file, row: line.number, expected, found, advice })
}
