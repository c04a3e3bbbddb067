import { kindOf } from '../../../common/kinds.ts'
import type { FieldValue, Message } from './types.ts'

/** How a value of ours is kept in a message's field: there and back. */
export interface Part<T> {
  from(value: FieldValue | undefined): T
  to(value: T): FieldValue | undefined
}

/** A string that is `''` when its field is absent. */
export const text: Part<string> = { from: (value) => (value as string) ?? '', to: (value) => value || undefined }

/** A string that may be absent. */
export const optionalText: Part<string | undefined> = {
  from: (value) => value as string | undefined,
  to: (value) => value,
}

/** Keys with values, in file order; absent when there are none. */
export const properties: Part<Record<string, string> | undefined> = {
  from: (value) => {
    if (value === undefined) return undefined
    return Object.fromEntries((value as Message[]).map(({ key, value }) => [key ?? '', value ?? '']))
  },
  to: (value) => value && list(Object.entries(value).map(([key, value]) => ({ key, value }))),
}

/** A repeated field's value: absent when empty. */
export function list<T extends FieldValue>(values: readonly T[]): readonly T[] | undefined {
  return values.length ? values : undefined
}

/** A repeated field's messages. */
export function messages(value: FieldValue | undefined): Message[] {
  return (value as Message[] | undefined) ?? []
}

/**
 * Takes a message apart: `take` reads one field as a value of ours, `extra` is what no value of ours says, that is fields
 * never taken and fields whose bytes the value would not give again (a key twice, an empty string that is there).
 */
export function taker(message: Message): {
  take: <T>(field: string, part: Part<T>) => T
  drop: (...fields: string[]) => void
  extra: () => { extra?: Message }
} {
  const rest: Message = { ...message }
  return {
    take: (field, part) => {
      const value = part.from(message[field])
      if (same(part.to(value), message[field])) delete rest[field]
      return value
    },
    drop: (...fields) => {
      for (const field of fields) delete rest[field]
    },
    extra: () => (Object.keys(rest).length ? { extra: rest } : {}),
  }
}

/** Puts a message together: what `extra` says of a field stays as long as it still says the same value. */
export function putter(extra: Message = {}): {
  put: <T>(field: string, part: Part<T>, value: T) => void
  set: (field: string, value: FieldValue | undefined) => void
  message: Message
} {
  const message: Message = { ...extra }
  return {
    put: (field, part, value) => {
      if (extra[field] === undefined || !same(part.from(extra[field]), value)) message[field] = part.to(value)
    },
    set: (field, value) => {
      if (value !== undefined) message[field] = value
    },
    message,
  }
}

/** Deep equality of plain data; NaN equals itself, and a number equals the bigint of its value. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a === 'bigint' || typeof b === 'bigint') return sameInteger(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return sameBytes(a, b)
  if (Array.isArray(a) !== Array.isArray(b)) return false
  // By index: the entries of a list of millions, which a file may have, would take twenty times its memory.
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, at) => same(value, b[at]))
  const entries = (object: object) => Object.entries(object).filter(([, value]) => value !== undefined)
  const [left, right] = [entries(a), entries(b)]
  const other = b as Record<string, unknown>
  return (
    left.length === right.length && left.every(([key, value]) => Object.hasOwn(other, key) && same(value, other[key]))
  )
}

function sameInteger(a: unknown, b: unknown): boolean {
  const integers = [a, b].every((value) => typeof value === 'bigint' || Number.isInteger(value))
  return integers && BigInt(a as number) === BigInt(b as number)
}

function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength || kindOf(a) !== kindOf(b)) return false
  const [left, right] = [bytesOf(a), bytesOf(b)]
  return left.every((byte, index) => byte === right[index])
}

/** The memory of a typed array as bytes, not copied. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
