import { didYouMean } from '../../../../common/suggest.ts'
import { UsageError } from './errors.ts'

// How the text of a flag becomes its value; what does not fit is refused with what was expected, an example and what was found.

function refuse(flag: string, expected: string, example: string, found: string, hint = ''): never {
  const message = `${flag} must be ${expected}, e.g. ${flag} ${example}; found ${JSON.stringify(found)}${hint}`
  throw new UsageError(message, undefined, { code: 'CLI_FLAG_INVALID', params: { flag, expected, found } })
}

/** A whole number from `least` to `most`. */
export function whole(flag: string, least: number, most: number, example: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    return refuse(flag, `a whole number from ${least} to ${most}`, String(example), text)
  }
}

/** A decimal number in plain or e-notation; `fits` and `expected` say which. */
export function decimal(flag: string, fits: (value: number) => boolean, expected: string, example: string) {
  return (text: string): number => {
    const value = Number(text)
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && fits(value)) return value
    return refuse(flag, expected, example, text)
  }
}

/** A time in seconds: `90`, `60s`, `1.5m` or `1h`. */
export function duration(flag: string, example: string): (text: string) => number {
  const units: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600 }
  return (text) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? []
    const seconds = Number(number) * units[unit]!
    return seconds > 0 ? seconds : refuse(flag, 'a time above 0 in s, m or h', example, text)
  }
}

/** One of a few words; `hint` may say which one was meant. */
export function oneOf<T extends string>(flag: string, known: readonly T[], hint = didYouMean): (text: string) => T {
  return (text) => {
    const value = known.find((name) => name === text)
    const choice = known.length > 1 ? `one of ${known.join(', ')}` : known[0]!
    return value ?? refuse(flag, choice, known.at(-1)!, text, hint(text, known))
  }
}

/** Any text that is not blank. */
export function filled(flag: string, expected: string, example: string): (text: string) => string {
  return (text) => (text.trim() ? text : refuse(flag, expected, example, text))
}

/** A column's name, or its place: from 0, or from the end as -1, -2, … */
export function column(flag: string, example: string): (text: string) => string | number {
  return (text) => (/^-?\d+$/.test(text) ? Number(text) : filled(flag, "a column's name or its place", example)(text))
}

/** A column and a text in it: `Usage=Training`. */
export function assignment(flag: string, example: string): (text: string) => string {
  return (text) => (/^[^=]+=./s.test(text) ? text : refuse(flag, 'a column, = and a text', example, text))
}

/** An image's size: `28x28`, or `32x32x3` with channels. */
export function shape(flag: string): (text: string) => string {
  return (text) => {
    if (/^[1-9]\d{0,4}x[1-9]\d{0,4}(x[1-9]\d?)?$/.test(text)) return text
    return refuse(flag, 'height x width, or height x width x channels', '28x28', text)
  }
}

/** A data set of Kaggle's by its name or its address: `owner/name`, with a version where one is meant. */
export function dataset(flag: string): (text: string) => string {
  return (text) => {
    const path = /kaggle\.com\/datasets\/([^?#]+)/.exec(text)?.[1] ?? text
    const [, name, version] = /^([\w.-]+\/[\w.-]+)(?:\/versions\/([1-9]\d{0,8})|\/[a-z]*)?\/?$/.exec(path) ?? []
    if (name) return version ? `${name}/versions/${version}` : name
    return refuse(flag, "a data set's name in its address", 'zalando-research/fashionmnist', text)
  }
}

/** A competition by its slug or its address: the slug. */
export function competition(flag: string): (text: string) => string {
  return (text) => {
    const slug = /^[\w-]+$/.test(text) ? text : /kaggle\.com\/(?:competitions|c)\/([\w-]+)/.exec(text)?.[1]
    return slug ?? refuse(flag, "a competition's name in its address", 'digit-recognizer', text)
  }
}
