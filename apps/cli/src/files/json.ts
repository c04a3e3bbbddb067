import { readFile } from 'node:fs/promises'
import { ifThere } from './there.ts'

// JSON that anybody may have written: nothing of it is taken for granted.

/** What a property must be. */
type Kind = 'string' | 'number' | 'object' | 'list'

/** Whether a value is an object whose properties are of these kinds; others may be there. */
export function has<Kinds extends Record<string, Kind>>(
  value: unknown,
  kinds: Kinds,
): value is Record<keyof Kinds, unknown> & Record<string, unknown> {
  return isObject(value) && Object.entries(kinds).every(([name, kind]) => isOf(value[name], kind))
}

function isOf(value: unknown, kind: Kind): boolean {
  if (kind === 'list') return Array.isArray(value)
  return kind === 'object' ? isObject(value) : typeof value === kind
}

/** Whether it is an object, and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a text of JSON says; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** What a file of JSON says; undefined where there is none, or it is none. */
export async function jsonIn(path: string): Promise<unknown> {
  const text = await ifThere(readFile(path, 'utf8'))
  return text === undefined ? undefined : parsed(text)
}
