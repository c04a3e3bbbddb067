import { flag, like, type Rules, text } from '../../../../common/options.ts'
import { partCalled } from '../../../../common/parts.ts'
import { checkTable } from '../check.ts'
import { DataError } from '../error.ts'
import { check, word } from '../options.ts'
import type { Part, PixelTable } from '../types.ts'
import { groupsOf, type Pictures, picturesOf } from './pictures.ts'
import { selected } from './select.ts'

/** How a table is split. */
export interface SplitOptions {
  /** Share of the rows (below 1) or number of rows (1 or more) to hold out. Default 0.2. */
  validation?: number
  /** Default 0. */
  seed?: number
  /** Keep each class's share of the rows in both parts, where the table has labels. Default true. */
  stratified?: boolean
  /** A column that the table keeps (`keep`): rows of one text in it, such as those of one patient or writer, stay on one side, too. */
  group?: string
}

const splitRules = (): Rules<SplitOptions> => ({
  validation: like('a share above 0 and below 1, or a whole number of rows', (value) =>
    typeof value === 'number' ? value > 0 && (value < 1 || Number.isSafeInteger(value)) : false,
  ),
  seed: word,
  stratified: flag,
  group: text,
})

/**
 * Splits a table into rows to train on and rows to validate on, each in the table's own order; the same seed gives the same rows.
 * Rows of one picture stay on one side, whatever their labels, and stratified, no class loses its last row to validation. So fewer rows may be
 * held out than asked for, where what is left would not fit; more only where no picture has as few rows as that: then those of the one with
 * the fewest. Throws a DataError where nothing can be held out (`DATA_SPLIT_IMPOSSIBLE`), and for a table that is none.
 */
export function split(table: PixelTable, options: SplitOptions = {}): { train: PixelTable; validation: PixelTable } {
  check('split', options, splitRules())
  checkTable(table, 'split: the table')
  const { validation = 0.2, seed = 0, stratified = true, group } = options
  const groups = groupsOf('split', table, group)
  const asked = Math.round(validation < 1 ? validation * table.rows : validation)
  if (!(asked >= 1 && asked < table.rows)) {
    impossible(table, asked, `validation ${validation} of ${table.rows} rows leaves one side without any`)
  }
  const pictures = picturesOf(table, { seed, stratified, groups })
  const held = heldOut(table, pictures, { asked, stratified })
  if (held.count === 0) impossible(table, asked, whyNot(pictures, table.rows), pictures)
  const all = Array.from(held.rows, (_, row) => row)
  const pick = (side: number) =>
    selected(
      table,
      all.filter((row) => held.rows[row] === side),
    )
  return { train: pick(0), validation: pick(1) }
}

/**
 * The parts of a table by the texts of a column that it keeps: `train` or `Training`; `val`, `valid`, `validation`, `dev` or FER2013's `PublicTest`; `test` or
 * `PrivateTest`, in any case. A part without rows is not there. Throws a DataError for other texts (`DATA_SPLIT_UNKNOWN`), and where the column is not kept.
 */
export function splitByColumn(table: PixelTable, column: string): Partial<Record<Part, PixelTable>> {
  checkTable(table, 'splitByColumn: the table')
  const rows: Record<Part, number[]> = { train: [], validation: [], test: [] }
  const unknown = new Set<string>()
  for (const [row, value] of groupsOf('splitByColumn', table, column)!.entries()) {
    const part = partCalled(value)
    if (part === undefined) unknown.add(value)
    else rows[part].push(row)
  }
  if (unknown.size > 0) {
    const values = [...unknown].slice(0, 10)
    const [expected, found] = [
      'train, validation or test (or Training, PublicTest, PrivateTest, …)',
      values.map((value) => `'${value}'`).join(', '),
    ]
    const problem = `splitByColumn: column '${column}': expected ${expected}, found ${found}`
    throw new DataError({ code: 'DATA_SPLIT_UNKNOWN', params: { values }, column, expected, found, problem })
  }
  const there = Object.entries(rows).filter(([, some]) => some.length > 0)
  return Object.fromEntries(there.map(([part, some]) => [part, selected(table, some)]))
}

/** Refuses to hold rows out; `why` is the sentence's middle. */
function impossible(table: PixelTable, asked: number, why: string, pictures?: Pictures): never {
  const params = { rows: table.rows, asked, ...(pictures && { pictures: pictures.groups.flat().length }) }
  const advice = 'Pass another number, or train without rows held out.'
  throw new DataError({ code: 'DATA_SPLIT_IMPOSSIBLE', params, problem: `split: ${why}`, advice })
}

function whyNot({ groups }: Pictures, rows: number): string {
  return groups.flat().length === 1
    ? `all ${rows} rows are the same picture`
    : 'every class has a single picture, which training must not lose'
}

interface Asked {
  /** Rows to hold out. */
  asked: number
  stratified: boolean
}

/** 1 for each row that is held out, and how many those are. */
function heldOut(table: PixelTable, pictures: Pictures, { asked, stratified }: Asked) {
  const held = holder(table, pictures, stratified)
  for (const { group, count } of shares(pictures, asked / table.rows, asked)) held.fill(group, count)
  // Groups that are larger than their class's share leave room, which any others may have.
  if (held.count < asked) held.fill(pictures.shuffled(), asked - held.count)
  if (held.count > 0) return held
  const bySize = pictures.shuffled().sort((a, b) => pictures.sizeOf(a) - pictures.sizeOf(b))
  for (const picture of bySize) if (held.take(picture, table.rows) > 0) break
  return held
}

/** Takes pictures out of training as long as that keeps rows, stratified of each class. */
function holder(table: PixelTable, { rowsOf, sizeOf }: Pictures, stratified: boolean) {
  const labels = stratified ? table.labels : undefined
  const left = new Uint32Array(65_536)
  for (const label of labels ?? []) left[label]!++
  const held = { rows: new Uint8Array(table.rows), count: 0, fill, take }

  /** Takes what fits of some pictures, in their order, up to so many rows. */
  function fill(group: readonly number[], most: number): void {
    let room = most
    for (let i = 0; room > 0 && i < group.length; i++) room -= take(group[i]!, room)
  }

  /** Takes all rows of a picture if they fit; says how many it took. */
  function take(picture: number, room: number): number {
    const size = sizeOf(picture)
    if (held.rows[picture] || size > room || held.count + size >= table.rows || !leavesClasses(picture)) return 0
    for (const row of rowsOf(picture)) held.rows[row] = 1
    held.count += size
    return size
  }

  /** Counts a picture's rows as gone, unless they are the last of a class. */
  function leavesClasses(picture: number): boolean {
    if (!labels) return true
    const rows = rowsOf(picture)
    for (const row of rows) left[labels[row]!]!--
    if (rows.every((row) => left[labels[row]!]! > 0)) return true
    for (const row of rows) left[labels[row]!]!++
    return false
  }

  return held
}

/** How many rows of each group to take so that they add up to `total`: the largest remainders are rounded up, but to no whole group. */
function shares({ groups, sizeOf }: Pictures, share: number, total: number): { group: number[]; count: number }[] {
  const taken = groups.map((group) => {
    const rows = group.reduce((sum, picture) => sum + sizeOf(picture), 0)
    const count = Math.floor(rows * share + 1e-9)
    return { group, rows, count, rest: rows * share - count }
  })
  let missing = total - taken.reduce((sum, { count }) => sum + count, 0)
  for (const each of [...taken].sort((a, b) => b.rest - a.rest)) {
    if (missing === 0 || each.count + 1 === each.rows) continue
    each.count++
    missing--
  }
  return taken
}
