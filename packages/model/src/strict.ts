import { closest } from '../../../common/suggest.ts'
import { ModelError } from './error.ts'
import type { Padding, Size } from './types.ts'

/** Fields of an object that somebody else wrote. */
export type Fields = Readonly<Record<string, unknown>>

/** A value that somebody else wrote, as an error message shows it: JSON, cut to a readable length. */
export function show(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'bigint' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'number') return String(value)
  const text = textOf(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing'
  } catch {
    return 'something that JSON cannot hold'
  }
}

/** The error about a value that must be something else; `found` says what it is where that is not the value itself. */
export function invalid(subject: string, value: unknown, expected: string, found = show(value)): ModelError {
  const params = { subject, expected, found }
  return new ModelError('MODEL_FIELD_INVALID', `${subject} is ${found}; expected ${expected}.`, { params })
}

/** Takes `value` as an object with no other fields than `known`; a field that holds `undefined` counts as absent. */
export function fieldsOf(value: unknown, subject: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(subject, value, `an object with ${known.join(', ')}`)
  }
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || known.includes(key)) continue
    const meant = closest(key, known)
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
    const params = { subject, field: key, known, ...(meant !== undefined && { suggestion: meant }) }
    const message = `${subject} has a field ${show(key)}; expected only ${known.join(', ')}.${hint}`
    throw new ModelError('MODEL_FIELD_UNKNOWN', message, { params })
  }
  return value as Fields
}

/** Takes `value` as a whole number of 1..`max`. */
export function positiveInteger(value: unknown, subject: string, max = 2 ** 31 - 1): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value
  throw invalid(subject, value, `a whole number from 1 to ${max}`)
}

/** Takes `value` as a list. */
export function listOf(value: unknown, subject: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw invalid(subject, value, `a list of ${what}`)
}

/** Takes `value` as a finite number for which `fits`; `expected` says which those are. */
export function numberOf(value: unknown, subject: string, expected: string, fits: (value: number) => boolean): number {
  // + 0 because JSON has no −0.
  if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value + 0
  throw invalid(subject, value, expected)
}

/** Takes `value` as true, false or nothing. */
export function optionalBoolean(value: unknown, subject: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(subject, value, 'true or false')
}

// Larger than any image: sides have at most 65535 pixels.
const maxSize = 65535

/** Takes `value` as a size of 1..65535, or as a height and a width of that. */
export function sizeOf(value: unknown, subject: string): Size {
  if (inRange(value, 1)) return value
  if (listed(value, 1, 2)) return [value[0]!, value[1]!]
  const expected = `a whole number from 1 to ${maxSize}, or [height, width] of such`
  throw invalid(subject, value, expected)
}

/** Takes `value` as a padding: `same`, `valid`, or 0..65535 for all sides or for each. */
export function paddingOf(value: unknown, subject: string): Padding {
  if (value === 'same' || value === 'valid') return value
  // + 0 because JSON has no −0.
  if (inRange(value, 0)) return value + 0
  if (listed(value, 0, 4)) return [value[0]! + 0, value[1]! + 0, value[2]! + 0, value[3]! + 0]
  const expected = `"same", "valid", a whole number from 0 to ${maxSize}, or [top, left, bottom, right] of such`
  throw invalid(subject, value, expected)
}

function listed(value: unknown, min: number, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((item) => inRange(item, min))
}

function inRange(value: unknown, min: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= maxSize
}

/** Takes `value` as the filters of one convolution after another, at least one. */
export function filterList(value: unknown): number[] {
  const list = listOf(value, 'filters', 'whole numbers')
  if (list.length === 0) throw invalid('filters', list, 'at least one number', 'an empty list')
  return list.map((filters, place) => positiveInteger(filters, `filters[${place}]`))
}
