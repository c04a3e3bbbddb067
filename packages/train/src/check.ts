import { checkOptions, number, type Rule, type Rules, whole } from '../../../common/options.ts'
import { TrainError } from './error.ts'

/** Throws a `TrainError` for the first thing wrong with the options of the function `where`. */
export function check<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, ({ code, ...problem }) => new TrainError({ code: `TRAIN_${code}`, ...problem }))
}

/** The same for arguments that stand alone, by name; none of them may be left out. */
export function checkArguments<Values extends object>(where: string, values: Values, rules: Rules<Values>): void {
  check<object>(where, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? null])), rules)
}

/** What decays from step to step: 0 forgets at once, 1 would never. */
export const decay: Rule = number({ least: 0, below: 1 })

/** A share of the steps. */
export const share: Rule = number({ least: 0, most: 1 })

/** A factor or an amount. */
export const amount: Rule = number({ least: 0 })

/** What is divided by. */
export const positive: Rule = number({ above: 0 })

/** A seed of the one generator. */
export const seedRule: Rule = whole(0, { most: 2 ** 32 - 1 })
