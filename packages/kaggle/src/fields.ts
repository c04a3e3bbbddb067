/** A JSON object as it came. */
export type Fields = Record<string, unknown>

/** What may be missing because it holds its default, or come as text where a number is meant, is read here and nowhere else. */
export const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

/** A number, also of digits in a text; undefined for anything else. */
export function number(value: unknown): number | undefined {
  const found = typeof value === 'string' && value.trim() ? Number(value) : value
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

/** A moment; its fraction may be missing or longer than JavaScript's three digits. */
export function date(value: unknown): Date | undefined {
  const moment = new Date(text(value).replace(/(\.\d{3})\d+/, '$1'))
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

/** Objects of a list; a missing list is an empty one. */
export function objects(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((each): each is Fields => typeof each === 'object' && each !== null) : []
}

/** A text of the service as one line without control characters, which could rewrite a terminal. */
export function oneLine(value: unknown): string {
  const line = text(value)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}

/** A text with a full stop at its end, unless it ends in one. */
export const sentence = (line: string): string => (/[.!?…]$/.test(line) ? line : `${line}.`)
