import { type Rules, whole } from '../../../../common/options.ts'
import { checkTable } from '../check.ts'
import { check } from '../options.ts'
import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'
import { duplicates } from './duplicates.ts'
import { classCounts } from './prepare.ts'

/** What in a table harms a training, or what is measured of it. Rows count from 0. */
export interface Issues {
  /** Rows that repeat an earlier picture, each with the first row that has it. */
  repeated: { row: number; of: number }[]
  /** Those of them that have another label than that row. */
  contradictory: { row: number; of: number }[]
  /** Rows in which all pixels are the same. */
  blank: number[]
  /** Classes with fewer rows than `fewest`, those without any too. */
  small: { label: string; rows: number }[]
  /** Rows of `test` whose picture is in the table, each with the first row that has it: what is measured on them says nothing. */
  leaked: { row: number; of: number }[]
}

/** What is looked for. */
export interface IssueOptions {
  /** The table that is measured on, of the same size of pictures. */
  test?: PixelTable
  /** A class with fewer rows counts as small. Default 10. */
  fewest?: number
}

const issueRules: Rules<Omit<IssueOptions, 'test'>> = { fewest: whole(0) }

/**
 * Finds repeated, contradictory and blank rows, small classes, and rows that a test table shares with the table. Pictures are equal if every value is; where there are
 * no labels, nothing contradicts. Throws a DataError for a table that is none, and for two of different sizes.
 */
export function findIssues(table: PixelTable, { test, ...options }: IssueOptions = {}): Issues {
  check('findIssues', options, issueRules)
  checkTable(table, 'findIssues: the table')
  const { labels, classes } = table
  const { fewest = 10 } = options
  const repeated = duplicates(table)
  const counts = labels && classes ? classCounts(table) : []
  return {
    repeated,
    contradictory: labels ? repeated.filter(({ row, of }) => labels[row] !== labels[of]) : [],
    blank: blankRows(table),
    small: [...counts].flatMap((rows, index) => (rows < fewest ? [{ label: classes![index]!, rows }] : [])),
    leaked: test ? duplicates(table, test) : [],
  }
}

function blankRows({ pixels, rows, shape }: PixelTable): number[] {
  const width = pixelCount(shape)
  const found: number[] = []
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * width, (row + 1) * width]
    let at = start
    while (at < end && pixels[at] === pixels[start]) at++
    if (at === end) found.push(row)
  }
  return found
}
