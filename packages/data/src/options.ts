import {
  checkOptions,
  number,
  type OptionProblem,
  type Rule,
  type Rules,
  show,
  whole,
} from '../../../common/options.ts'
import { DataError } from './error.ts'

// Rules are made by functions, as a bundler leaves out a function that nobody calls, and not a table that was made by calling one.

/** Checks the options of a function of this package. */
export function check<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, failed)
}

/** Checks an argument, or an option that must be given. */
export function checkValue(where: string, option: string, value: unknown, rule: Rule): void {
  const expected = rule(value)
  if (typeof expected !== 'string') return
  const [found, params] = [show(value), { where, option }]
  const problem = `${where}: ${option} must be ${expected}; found ${found}`
  throw new DataError({ code: 'DATA_OPTION_INVALID', params, expected, found, problem })
}

function failed({ code, params, message: problem }: OptionProblem): DataError {
  const { expected, found } = 'found' in params ? params : {}
  return new DataError({ code: `DATA_${code}`, params, problem, ...(found && { expected, found }) })
}

/** A word of the generator's key or counter. */
export const word: Rule = (value) => whole(0, { most: 2 ** 32 - 1 })(value)

/** A number of at least 0. */
export const atLeastZero: Rule = (value) => number({ least: 0 })(value)
