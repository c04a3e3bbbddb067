import { ModelError } from './error.ts'

/** Fields of an object that somebody else wrote. */
export type Fields = Readonly<Record<string, unknown>>

/** A value that somebody else wrote, as an error message shows it: JSON, cut to a readable length. */
export function show(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'bigint' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Takes `value` as an object with no other fields than `known`; a field that holds `undefined` counts as absent. */
export function fieldsOf(value: unknown, subject: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelError(`${subject} is ${show(value)}; expected an object with ${known.join(', ')}.`)
  }
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || known.includes(key)) continue
    throw new ModelError(`${subject} has a field ${show(key)}; expected only ${known.join(', ')}.`)
  }
  return value as Fields
}

/** Takes `value` as a whole number of 1..`max`. */
export function positiveInteger(value: unknown, subject: string, max = 2 ** 31 - 1): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value
  throw new ModelError(`${subject} is ${show(value)}; expected a whole number from 1 to ${max}.`)
}

/** Takes `value` as a list. */
export function listOf(value: unknown, subject: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new ModelError(`${subject} is ${show(value)}; expected a list of ${what}.`)
}
