import { flag, type Rules, text, whole } from '../../../../common/options.ts'
import { checkTable } from '../check.ts'
import { DataError } from '../error.ts'
import { check, word } from '../options.ts'
import type { PixelTable } from '../types.ts'
import { groupsOf, type Pictures, picturesOf } from './pictures.ts'
import { selected } from './select.ts'

/** How a table is cut into folds. */
export interface FoldOptions {
  /** Number of parts, 2 or more. Default 5. */
  folds?: number
  /** Default 0. */
  seed?: number
  /** Keep each class's share of the rows in every fold, where the table has labels. Default true. */
  stratified?: boolean
  /** A column that the table keeps (`keep`): rows of one text in it stay in one fold, too. */
  group?: string
}

/** One fold held out, and all others. */
export interface Fold {
  train: PixelTable
  validation: PixelTable
}

const foldRules = (): Rules<FoldOptions> => ({ folds: whole(2), seed: word, stratified: flag, group: text })

/**
 * Each fold once as `validation`, the others as `train`, for cross-validation; every row is held out once, and rows of one picture together,
 * whatever their labels. Folds differ by at most one row where no picture comes twice. A class with a single picture is in no other fold than that
 * one's, so that training lacks it there. Throws a DataError for more folds than pictures (`DATA_SPLIT_IMPOSSIBLE`), and for a table that is none.
 */
export function kFold(table: PixelTable, options: FoldOptions = {}): Generator<Fold, void, undefined> {
  check('kFold', options, foldRules())
  checkTable(table, 'kFold: the table')
  const { folds = 5, seed = 0, stratified = true, group } = options
  const groups = groupsOf('kFold', table, group)
  const pictures = picturesOf(table, { seed, stratified, groups })
  const different = pictures.groups.reduce((count, group) => count + group.length, 0)
  if (different < folds) tooFew(folds, different, table.rows)
  return foldsOf(table, dealt(pictures, folds, table.rows), folds)
}

function* foldsOf(table: PixelTable, foldOf: Uint32Array, folds: number): Generator<Fold, void, undefined> {
  const rows = Array.from(foldOf, (_, row) => row)
  for (let fold = 0; fold < folds; fold++) {
    yield {
      train: selected(
        table,
        rows.filter((row) => foldOf[row] !== fold),
      ),
      validation: selected(
        table,
        rows.filter((row) => foldOf[row] === fold),
      ),
    }
  }
}

/**
 * The fold of each row. Pictures are dealt out class after class, each to the fold that has the fewest rows of its class, of those the one with the
 * fewest in all: like cards, one after the other, where no picture comes twice.
 */
function dealt({ groups, rowsOf, sizeOf }: Pictures, folds: number, rows: number): Uint32Array {
  const foldOf = new Uint32Array(rows)
  const all = new Float64Array(folds)
  for (const group of groups) {
    const ofClass = new Float64Array(folds)
    for (const picture of group) {
      const best = least(ofClass, all)
      for (const row of rowsOf(picture)) foldOf[row] = best
      ofClass[best]! += sizeOf(picture)
      all[best]! += sizeOf(picture)
    }
  }
  return foldOf
}

/** The place of the least first number, of equals of the least second one, of equals the first. */
function least(first: Float64Array, second: Float64Array): number {
  let best = 0
  for (let i = 1; i < first.length; i++) {
    const difference = first[i]! - first[best]! || second[i]! - second[best]!
    if (difference < 0) best = i
  }
  return best
}

function tooFew(folds: number, pictures: number, rows: number): never {
  const of = pictures < rows ? `, for ${pictures} different pictures in ${rows} rows` : ''
  const [expected, found] = [`2..${pictures} folds`, String(folds)]
  const [problem, params] = [`kFold: expected ${expected}${of}, found ${found}`, { rows, asked: folds, pictures }]
  throw new DataError({ code: 'DATA_SPLIT_IMPOSSIBLE', params, expected, found, problem, advice: 'Pass fewer folds.' })
}
