import { type PixelTable, pixelCount } from '@pixelrow/data'
import { isA } from '../../../common/kinds.ts'
import { oneOf, type Rule, show, whole } from '../../../common/options.ts'
import { TrainError } from './error.ts'

interface Fault {
  field: string
  /** From 0. */
  row?: number
  expected: string
  found: string
}

/**
 * Throws unless a table, which may have been made by hand, holds together: pixels for each row, none of them above `maxValue`, labels that
 * are classes. `subject` is what errors call it.
 */
export function checkTable(table: PixelTable, subject: string): void {
  const fault = faultIn(table)
  if (!fault) return
  const { field, row, expected, found } = fault
  const place = row === undefined ? subject : `${subject}, row ${row} (the first is 0)`
  const message = `${place}: ${field} must be ${expected}; found ${found}.`
  throw new TrainError({ code: 'TRAIN_TABLE_INVALID', params: { subject, ...fault }, message })
}

function faultIn(table: PixelTable): Fault | undefined {
  if (typeof table !== 'object' || table === null) return { field: 'it', expected: 'a table', found: show(table) }
  const { pixels, rows, maxValue } = table
  if (!isA(pixels, 'Uint8Array')) return { field: 'pixels', expected: 'a Uint8Array', found: show(pixels) }
  return (
    faultOf('rows', rows, whole(0)) ??
    faultOf('maxValue', maxValue, whole(1, { most: 255 })) ??
    faultOfShape(table) ??
    faultOfPixels(table) ??
    faultOfLabels(table)
  )
}

function faultOfShape({ shape }: PixelTable): Fault | undefined {
  if (typeof shape !== 'object' || shape === null) return { field: 'shape', expected: 'an object', found: show(shape) }
  const { height, width, channels, channelOrder } = shape
  for (const [name, size] of Object.entries({ height, width, channels })) {
    const fault = faultOf(`shape.${name}`, size, whole(1))
    if (fault) return fault
  }
  return faultOf('shape.channelOrder', channelOrder, oneOf('interleaved', 'planar'))
}

function faultOfPixels({ pixels, rows, shape, maxValue }: PixelTable): Fault | undefined {
  const size = pixelCount(shape)
  if (pixels.length !== rows * size) {
    return { field: 'pixels', expected: `${rows * size} bytes for ${rows} rows`, found: String(pixels.length) }
  }
  const at = maxValue < 255 ? pixels.findIndex((value) => value > maxValue) : -1
  if (at < 0) return undefined
  return { field: 'pixels', row: Math.floor(at / size), expected: `at most ${maxValue}`, found: String(pixels[at]) }
}

function faultOfLabels({ labels, classes, rows }: PixelTable): Fault | undefined {
  if (labels === undefined) return undefined
  if (!isA(labels, 'Uint16Array')) return { field: 'labels', expected: 'a Uint16Array', found: show(labels) }
  if (labels.length !== rows) {
    return { field: 'labels', expected: `one for each of ${rows} rows`, found: String(labels.length) }
  }
  const row = classes ? labels.findIndex((label) => label >= classes.length) : -1
  if (row < 0) return undefined
  return { field: 'labels', row, expected: `a class of ${classes?.length}`, found: String(labels[row]) }
}

function faultOf(field: string, value: unknown, rule: Rule): Fault | undefined {
  const expected = rule(value)
  return typeof expected === 'string' ? { field, expected, found: show(value) } : undefined
}
