import type { Site } from '../signal.ts'
import { fail } from '../signal.ts'
import { isKeras } from './writtenby.ts'

/** A layer's `config` in model.json, of unknown content. */
export type Config = Readonly<Record<string, unknown>>

/** A field as a number; the default where it is missing or null. */
export function numberOf(site: Site, config: Config, field: string, fallback?: number): number {
  const value = config[field] ?? fallback
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return wrong(site, field, value, 'a number')
}

/** A field that is one number for all axes, or one an axis. */
export function numbersOf(site: Site, config: Config, field: string, count: number, fallback?: number): number[] {
  const value = config[field] ?? fallback
  const list = typeof value === 'number' ? new Array<number>(count).fill(value) : value
  if (Array.isArray(list) && list.length === count && list.every((each) => Number.isInteger(each))) return list
  return wrong(site, field, value, `a whole number or ${count} of them`)
}

/** A field as true or false. */
export function booleanOf(site: Site, config: Config, field: string, fallback: boolean): boolean {
  const value = config[field] ?? fallback
  return typeof value === 'boolean' ? value : wrong(site, field, value, 'true or false')
}

/** A field that is one of some words; tfjs' own spelling (`channelsLast`) is Keras' (`channels_last`). */
export function wordOf<T extends string>(
  site: Site,
  config: Config,
  field: string,
  words: readonly T[],
  fallback: T,
): T {
  const value = config[field] ?? fallback
  const word = typeof value === 'string' ? value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : value
  return words.find((each) => each === word) ?? wrong(site, field, value, words.join(' or '))
}

/** Axes: one number, or a list of them. */
export function axesOf(site: Site, config: Config, field: string, fallback: number): number[] {
  const value = config[field] ?? fallback
  const list = Array.isArray(value) ? value : [value]
  return list.every((each) => Number.isInteger(each)) ? list : wrong(site, field, value, 'an axis or a list of axes')
}

/** The one axis of a layer that takes no list of several. */
export function axisOf(site: Site, config: Config, field: string, fallback: number): number {
  const [axis, ...more] = axesOf(site, config, field, fallback)
  if (axis === undefined || more.length) return fail(site, `${field} is [${config[field]}]; expected one axis.`)
  return axis
}

/** Numbers on both sides of rows and columns: one for all, one for each axis, or a pair for each. */
export function sidesOf(site: Site, config: Config, field: string, fallback: number): [number[], number[]] {
  const value = config[field] ?? fallback
  const axes = Array.isArray(value) ? value : [value, value]
  const pairs = axes.map((each) => (Array.isArray(each) ? each : [each, each]))
  const fits =
    pairs.length === 2 && pairs.every((pair) => pair.length === 2 && pair.every((side) => Number.isInteger(side)))
  if (!fits) wrong(site, field, value, 'whole numbers for rows and columns')
  return [pairs.map(([before]) => before), pairs.map(([, after]) => after)]
}

/** Refuses, in a model that tfjs wrote, fields that tfjs reads over although they would change the result. */
export function refuseOfTfjs(site: Site, config: Config, fields: Readonly<Record<string, unknown>>): void {
  for (const [field, neutral] of Object.entries(fields)) {
    const value = config[field] ?? neutral
    if (JSON.stringify(value) === JSON.stringify(neutral)) continue
    if (Array.isArray(value) && value.every((each) => each === neutral)) continue
    if (isKeras(site, field)) continue
    fail(
      site,
      `${field} is ${show(value)}, which tfjs reads over, so that tfjs and Keras differ; expected ${show(neutral)}.`,
    )
  }
}

function wrong(site: Site, field: string, value: unknown, expected: string): never {
  return fail(site, `${field} is ${show(value)}; expected ${expected}.`)
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
