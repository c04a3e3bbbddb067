/** Where a table is wrong, what was found there, what was expected, and what to do about it. */
export interface DataErrorDetail {
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
  /** The problem in words, where "expected …, found …" does not say it. */
  problem?: string
  /** A sentence that says what to do. */
  advice?: string
}

/** The one error of this package: `train.csv row 17: expected 785 cells, found 784. Correct or delete this row.` */
export class DataError extends Error {
  override name = 'DataError'
  declare readonly file?: string
  declare readonly row?: number
  declare readonly column?: string | number
  declare readonly found?: string
  declare readonly expected?: string
  declare readonly advice?: string

  constructor(detail: DataErrorDetail, options?: { cause?: unknown }) {
    super(sentence(detail), options)
    const { file, row, column, found = detail.problem, expected, advice } = detail
    Object.assign(this, { file, row, column, found, expected, advice })
  }
}

function sentence({ file, row, column, found, expected, problem, advice }: DataErrorDetail): string {
  const place = [file, row === undefined ? '' : `row ${row}`].filter(Boolean).join(' ')
  const at = [place, column === undefined ? '' : `column ${column}`].filter(Boolean).join(', ')
  const what = problem ?? `expected ${expected}, found ${found}`
  const text = `${at ? `${at}: ` : ''}${what}${/[.?!]$/.test(what) ? '' : '.'}`
  return advice ? `${text} ${advice}` : text
}
