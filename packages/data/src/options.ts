import { checkOptions, number, type Rule, type Rules, show, whole } from '../../../common/options.ts'
import { DataError } from './error.ts'
import { conflictOf, detailOf } from './problem.ts'

// Rules are made by functions, as a bundler leaves out a function that nobody calls, and not a table that was made by calling one.

/** Checks the options of a function of this package. */
export function check<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, (problem) => new DataError(detailOf(problem)))
}

/** Checks an argument, or an option that must be given. */
export function checkValue(where: string, option: string, value: unknown, rule: Rule): void {
  const expected = rule(value)
  if (typeof expected !== 'string') return
  const [found, params] = [show(value), { where, option }]
  const problem = `${where}: ${option} must be ${expected}; found ${found}`
  throw new DataError({ code: 'DATA_OPTION_INVALID', params, expected, found, problem })
}

/** Refuses two options that say different things. */
export function conflict(where: string, option: string, other: string): never {
  throw new DataError(conflictOf(where, option, other))
}

/** A word of the generator's key or counter. */
export const word: Rule = (value) => whole(0, { most: 2 ** 32 - 1 })(value)

/** A number of at least 0. */
export const atLeastZero: Rule = (value) => number({ least: 0 })(value)
