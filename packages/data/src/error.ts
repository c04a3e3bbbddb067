import { CodedError } from '../../../common/error.ts'
import type { DataErrorParams } from './error-params.ts'

/** What an error of this package is about, for programs to go by. */
export type DataErrorCode = keyof DataErrorParams

/** Where a table is wrong, what was found there and what was expected. */
export interface DataErrorPlace {
  /** Path, URL or name of the source. */
  file?: string
  /** Line in the file, from 1, counting the header and blank lines: where an editor shows it. */
  row?: number
  /** Column's name, or its number from 1 where the file has no header. */
  column?: string | number
  /** What is there; the problem, where that is all there is to say. */
  found?: string
  /** What should be there. */
  expected?: string
}

/** What the sentence says beside the place. */
interface Words extends DataErrorPlace {
  /** The problem in words, where "expected …, found …" does not say it. */
  problem?: string
  /** A sentence that says what to do. */
  advice?: string
}

/** A code with what belongs to it. */
type Coded<Code extends DataErrorCode> = object extends DataErrorParams[Code]
  ? { code: Code; params?: DataErrorParams[Code] }
  : { code: Code; params: DataErrorParams[Code] }

/** What an error is made of: its code with the `params` that belong to it, the place, and words. */
export type DataErrorDetail = { [Code in DataErrorCode]: Coded<Code> & Words }[DataErrorCode]

/** The one error of this package: `train.csv row 17: expected 785 cells, found 784. Correct or delete this row.` */
export class DataError extends CodedError<DataErrorCode> {
  static override readonly kind: string = 'DataError'
  declare readonly file?: string
  declare readonly row?: number
  declare readonly column?: string | number
  declare readonly found?: string
  declare readonly expected?: string

  /** `params` are those of `DataErrorParams` by the code, and of `file`, `row`, `column`, `found` and `expected` what is known. */
  constructor(detail: DataErrorDetail, { cause }: { cause?: unknown } = {}) {
    const { code, params, file, row, column, found, expected, advice, problem } = detail
    const place = Object.entries({ file, row, column, found, expected }).filter(([, value]) => value !== undefined)
    super(sentence(detail), { code, params: { ...Object.fromEntries(place), ...params }, advice, cause })
    Object.assign(this, { file, row, column, found: found ?? problem, expected })
  }
}

function sentence({ file, row, column, found, expected, problem }: Words): string {
  const place = [file, row === undefined ? '' : `row ${row}`].filter(Boolean).join(' ')
  const at = [place, column === undefined ? '' : `column ${column}`].filter(Boolean).join(', ')
  const what = problem ?? `expected ${expected}, found ${found}`
  return `${at ? `${at}: ` : ''}${what}${/[.?!]$/.test(what) ? '' : '.'}`
}
