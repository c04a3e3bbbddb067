import { checkOptions, type Rules } from '../../../common/options.ts'
import { ModelError } from './error.ts'

/** Throws a `ModelError` for the first thing wrong with the options of the function `where`. */
export function check<Options extends object>(
  where: string,
  options: Options | undefined,
  rules: Rules<Options>,
): void {
  checkOptions(where, options, rules, ({ code, params, message }) => {
    return new ModelError(`MODEL_${code}`, message, { params: { ...params } })
  })
}
