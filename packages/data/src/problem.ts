import type { OptionProblem } from '../../../common/options.ts'
import type { DataErrorDetail } from './error.ts'

/** What is wrong with an option, as an error of this package says it. */
export function detailOf({ code, params, message: problem }: OptionProblem): DataErrorDetail {
  const { expected, found } = 'found' in params ? params : {}
  return { code: `DATA_${code}`, params, problem, ...(found && { expected, found }) } as DataErrorDetail
}

/** What is wrong with two options that say different things. */
export function conflictOf(where: string, option: string, other: string): DataErrorDetail {
  const problem = `${where}: ${option} and ${other} say different things`
  return { code: 'DATA_OPTION_CONFLICT', params: { where, option, other }, problem, advice: 'Leave one of them out.' }
}
