import { isA } from '../../../common/kinds.ts'
import { oneOf, type Rule, show, text, whole } from '../../../common/options.ts'
import { areFloats, MOST_FLOAT } from '../../../common/values.ts'
import { firstAbove } from './above.ts'
import { DataError } from './error.ts'
import { pixelCount } from './shape.ts'
import type { ImageShape, PixelTable, PixelValues } from './types.ts'

/** What is wrong with a table's field. */
export interface Fault {
  field: string
  /** From 0. */
  row?: number
  expected: string
  found: string
}

/**
 * Refuses a table that is none, as one made by hand may be: fields of another kind, pixels that do not fill `rows` images of the shape or lie
 * above `maxValue`, labels that are no classes, a class twice, too few ids. `subject` is what errors call it. Throws a DataError
 * (`DATA_TABLE_INVALID`). The pixels are looked at where a byte can be above `maxValue`, and where they are
 * floats, which must be finite.
 */
export function checkTable(table: PixelTable, subject = 'the table'): void {
  const fault = faultIn(table)
  if (fault) refuse(subject, fault)
}

/** The same for labels and classes alone, which must be there. */
export function checkLabels({ labels, classes }: Pick<PixelTable, 'labels' | 'classes'>, subject: string): void {
  if (!labels || !classes)
    refuse(subject, { field: 'labels', expected: 'them to be there, with classes', found: 'none' })
  const fault = faultOfLabels({ labels, classes, rows: labels.length })
  if (fault) refuse(subject, fault)
}

/** The same for pixels of a shape that are no table; returns the number of pictures. */
export function checkPictures(pixels: PixelValues, shape: ImageShape, subject: string): number {
  const other = faultOfKind(pixels)
  if (other) refuse(subject, other)
  const fault = faultOfShape(shape)
  if (fault) refuse(subject, fault)
  const count = pixels.length / pixelCount(shape)
  if (Number.isInteger(count)) return count
  const unit = areFloats(pixels) ? 'floats' : 'bytes'
  const expected = `whole pictures of ${pixelCount(shape)} ${unit}`
  return refuse(subject, { field: 'pixels', expected, found: `${pixels.length} ${unit}` })
}

/** Throws the error about a field of a table. */
export function refuse(subject: string, { field, row, expected, found }: Fault): never {
  const place = row === undefined ? `${subject}: ${field}` : `${subject}: ${field} of row ${row} (from 0)`
  const params = { subject, field, ...(row !== undefined && { row }) }
  const problem = `${place}: expected ${expected}, found ${found}`
  throw new DataError({ code: 'DATA_TABLE_INVALID', params, expected, found, problem })
}

function faultIn(table: unknown): Fault | undefined {
  if (typeof table !== 'object' || table === null || Array.isArray(table) || isA(table, 'Uint8Array', 'Promise')) {
    return { field: 'all of it', expected: 'a table such as readTable gives', found: show(table) }
  }
  const fields = table as PixelTable
  return faultOfImages(fields) ?? faultOfLabels(fields) ?? faultOfIds(fields)
}

function faultOfImages({ pixels, rows, shape, maxValue }: PixelTable): Fault | undefined {
  const fault = faultOfKind(pixels) ?? fieldFault('rows', rows, whole(0)) ?? faultOfShape(shape)
  if (fault) return fault
  const [size, { height, width, channels }] = [rows * pixelCount(shape), shape]
  if (pixels.length !== size) {
    const expected = `${size} ${areFloats(pixels) ? 'floats' : 'bytes'} for ${rows} rows of ${height}×${width}×${channels}`
    return { field: 'pixels', expected, found: String(pixels.length) }
  }
  if (areFloats(pixels) && maxValue !== 1) {
    return { field: 'maxValue', expected: '1, as the pixels are a Float32Array', found: show(maxValue) }
  }
  return fieldFault('maxValue', maxValue, whole(1, { most: 255 })) ?? faultOfPixels(pixels, size / rows, maxValue)
}

function faultOfShape(shape: PixelTable['shape']): Fault | undefined {
  if (typeof shape !== 'object' || shape === null) {
    return { field: 'shape', expected: 'height, width, channels and channelOrder', found: show(shape) }
  }
  const { height, width, channels, channelOrder } = shape
  for (const [name, side] of Object.entries({ height, width, channels })) {
    const fault = fieldFault(`shape.${name}`, side, whole(1))
    if (fault) return fault
  }
  return fieldFault('shape.channelOrder', channelOrder, oneOf('interleaved', 'planar'))
}

function faultOfKind(pixels: unknown): Fault | undefined {
  if (isA(pixels, 'Uint8Array', 'Float32Array')) return undefined
  return { field: 'pixels', expected: 'a Uint8Array or a Float32Array', found: show(pixels) }
}

function faultOfPixels(pixels: PixelValues, width: number, maxValue: number): Fault | undefined {
  const floats = areFloats(pixels)
  const at = floats ? firstNotFinite(pixels) : maxValue < 255 ? firstAbove(pixels, maxValue) : -1
  if (at < 0) return undefined
  const expected = floats ? 'finite numbers' : `at most ${maxValue}`
  return { field: 'pixels', row: Math.floor(at / width), expected, found: String(pixels[at]) }
}

function firstNotFinite(pixels: Float32Array): number {
  for (let i = 0; i < pixels.length; i++) if (!(Math.abs(pixels[i]!) <= MOST_FLOAT)) return i
  return -1
}

function faultOfLabels({ labels, classes, rows }: Pick<PixelTable, 'labels' | 'classes' | 'rows'>): Fault | undefined {
  const fault = faultOfTexts('classes', classes)
  if (fault || labels === undefined) return fault
  if (!isA(labels, 'Uint16Array')) return { field: 'labels', expected: 'a Uint16Array', found: show(labels) }
  if (labels.length !== rows)
    return { field: 'labels', expected: `one for each of ${rows} rows`, found: show(labels.length) }
  const length = classes?.length ?? Infinity
  const row = labels.findIndex((label) => label >= length)
  if (row < 0) return undefined
  const expected = length > 0 ? `a label 0..${length - 1}` : 'none, as there are no classes'
  return { field: 'labels', row, expected, found: String(labels[row]) }
}

function faultOfIds({ ids, rows }: PixelTable): Fault | undefined {
  if (ids === undefined) return undefined
  if (Array.isArray(ids) && ids.length !== rows) {
    return { field: 'ids', expected: `one for each of ${rows} rows`, found: String(ids.length) }
  }
  return faultOfTexts('ids', ids)
}

/** Classes must differ too, as tables meet by their texts. */
function faultOfTexts(field: 'classes' | 'ids', texts: unknown): Fault | undefined {
  if (texts === undefined) return undefined
  const expected = 'a list of texts'
  if (!Array.isArray(texts)) return { field, expected, found: show(texts) }
  const other: unknown = texts.find((each) => text(each) !== undefined)
  if (other !== undefined || texts.includes(undefined)) return { field, expected, found: show(other) }
  const twice = field === 'classes' && new Set(texts).size < texts.length
  return twice ? { field, expected: 'texts that differ', found: `'${repeated(texts)}' twice` } : undefined
}

const repeated = (texts: readonly string[]) => texts.find((each, i) => texts.indexOf(each) < i)

function fieldFault(field: string, value: unknown, rule: Rule): Fault | undefined {
  const expected = rule(value)
  return typeof expected === 'string' ? { field, expected, found: show(value) } : undefined
}
