// How every package checks the options of its public functions: their names, kinds and ranges. TypeScript checks them for who uses it,
// and a number's range for nobody. The build copies this file into each package, so that none needs another one for it.
import { isA } from './kinds.ts'
import { closest } from './suggest.ts'

/** What a value may be: gives what was expected where it is something else, a fault where a part of it is, else nothing. */
export type Rule = (value: unknown) => string | OptionFault | undefined

/** A rule for each option. An option without one is a mistake that the compiler finds. */
export type Rules<Options> = { readonly [Name in keyof Required<Options>]: Rule }

/** What is wrong with an option. */
export type OptionFault =
  /** There is no such option; the one that was probably meant, if any resembles it, and all that there are. */
  | { option: string; suggestion?: string; known: readonly string[] }
  /** What it must be and what it is. Option '' is the whole object. */
  | { option: string; expected: string; found: string }

/** What an error about an option says: a code, its parameters, and the sentence made of them. */
export interface OptionProblem {
  code: 'OPTION_UNKNOWN' | 'OPTION_INVALID'
  params: OptionFault & { where: string }
  message: string
}

/**
 * Throws what `fail` makes of the first thing wrong with a function's options, if anything is. An option that is undefined counts as
 * left out. `where` is the function's name.
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
  fail: (problem: OptionProblem) => Error,
): void {
  const fault = options === undefined ? undefined : faultIn(options, rules)
  if (!fault) return
  const params = { where, ...fault }
  if ('known' in fault) throw fail({ code: 'OPTION_UNKNOWN', params, message: unknownSentence(where, fault) })
  const { option, expected, found } = fault
  const message = `${where}: ${option || 'the options'} must be ${expected}; found ${found}.`
  throw fail({ code: 'OPTION_INVALID', params, message })
}

function unknownSentence(where: string, { option, suggestion, known }: Extract<OptionFault, { known: unknown }>) {
  const meant = suggestion ? `Did you mean ${suggestion}?` : `There are: ${known.join(', ') || 'none'}.`
  return `${where}: there is no option ${option}. ${meant}`
}

function faultIn(options: unknown, rules: Readonly<Record<string, Rule>>): OptionFault | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return { option: '', expected: 'an object', found: show(options) }
  }
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (!Object.hasOwn(rules, option)) return unknown(option, Object.keys(rules))
    const fault = rules[option]!(value)
    if (typeof fault === 'string') return { option, expected: fault, found: show(value) }
    if (fault) return { ...fault, option: fault.option ? `${option}.${fault.option}` : option }
  }
  return undefined
}

function unknown(option: string, known: readonly string[]): OptionFault {
  // lr is short for learningRate, bs for batchSize.
  const short = known.find(
    (name) => name[0] + name.replace(/[^A-Z]/g, '').toLowerCase() === option && option.length > 1,
  )
  const suggestion = short ?? closest(option, known)
  return { option, ...(suggestion !== undefined && { suggestion }), known }
}

/** What a number must be; `example` is shown where it helps. */
interface Range {
  above?: number
  least?: number
  below?: number
  most?: number
  whole?: boolean
  example?: string
}

/** A finite number in a range. */
export function number({ whole = false, example, ...range }: Range = {}): Rule {
  const { above = -Infinity, least = -Infinity, below = Infinity, most = Infinity } = range
  const kind = [whole ? 'a whole number' : 'a number', ...limits(range)].join(' ')
  const expected = example === undefined ? kind : `${kind}, e.g. ${example}`
  return (value) => {
    const fits = typeof value === 'number' && (whole ? Number.isSafeInteger(value) : Number.isFinite(value))
    return fits && value > above && value >= least && value < below && value <= most ? undefined : expected
  }
}

/** `above 0 and at most 1`, as words. */
function limits({ above, least, below, most }: Range): string[] {
  const low = above !== undefined ? `above ${above}` : least !== undefined ? `of at least ${least}` : ''
  const high = below !== undefined ? `below ${below}` : most !== undefined ? `at most ${most}` : ''
  const both = [low, high].filter(Boolean).join(' and ')
  return both ? [both] : []
}

/** A whole number of at least `least`. */
export const whole = (least: number, range: Omit<Range, 'least' | 'whole'> = {}): Rule =>
  number({ ...range, least, whole: true })

/** true or false. */
export const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'true or false')

/** Any text. */
export const text: Rule = (value) => (typeof value === 'string' ? undefined : 'a text')

/** A function. */
export const callback: Rule = (value) => (typeof value === 'function' ? undefined : 'a function')

/** An AbortSignal. */
export const signal: Rule = (value) => (isA(value, 'AbortSignal') ? undefined : 'an AbortSignal')

/** Anything at all: what is checked elsewhere. */
export const anything: Rule = () => undefined

/** One of a few texts. */
export function oneOf(...texts: readonly string[]): Rule {
  const quoted = texts.map((each) => `'${each}'`)
  const expected = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}` : quoted.join()
  return (value) => (texts.some((each) => each === value) ? undefined : expected)
}

/** What `fits`; `expected` is what errors call it. */
export const like =
  (expected: string, fits: (value: unknown) => boolean): Rule =>
  (value) =>
    fits(value) ? undefined : expected

/** A list whose elements each keep to a rule; `expected` is what errors call it. */
export const listOf = (expected: string, rule: Rule): Rule =>
  like(expected, (value) => Array.isArray(value) && value.every((each) => rule(each) === undefined))

/** What keeps to one of the rules. Where none is kept, options are told by what is wrong with them, else by all that was expected. */
export function either(...rules: readonly Rule[]): Rule {
  return (value) => {
    const faults = rules.map((rule) => rule(value))
    if (faults.includes(undefined)) return undefined
    const inner = faults.find((fault) => typeof fault === 'object' && fault.option !== '')
    return (
      inner ??
      faults.map((fault) => (typeof fault === 'object' && 'expected' in fault ? fault.expected : fault)).join(', or ')
    )
  }
}

/** An object of options of its own. */
export const optionsOf =
  <Options extends object>(rules: Rules<Options>): Rule =>
  (value) =>
    faultIn(value, rules)

/** A value as an error message shows it, cut to a readable length. */
export function show(value: unknown): string {
  if (typeof value === 'string') return cut(`'${value}'`)
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (kind !== 'Object' && kind !== 'Array') return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`
  try {
    return cut(JSON.stringify(value) ?? kind)
  } catch {
    return 'an object'
  }
}

const cut = (shown: string): string => (shown.length > 60 ? `${shown.slice(0, 57)}…` : shown)
