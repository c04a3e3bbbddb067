import { random, streams } from '../random.ts'
import type { PixelTable } from '../types.ts'
import { selectRows } from './select.ts'

/** How a table is split. */
export interface SplitOptions {
  /** Share of the rows (below 1) or number of rows (1 or more) to hold out. Default 0.2. */
  validation?: number
  /** Default 0. */
  seed?: number
  /** Keep each class's share of the rows in both parts, where the table has labels. Default true. */
  stratified?: boolean
}

/**
 * Splits a table into rows to train on and rows to validate on, each in the table's own order.
 * The same seed gives the same rows; throws a RangeError where a part would be empty.
 */
export function split(
  table: PixelTable,
  { validation = 0.2, seed = 0, stratified = true }: SplitOptions = {},
): { train: PixelTable; validation: PixelTable } {
  const held = Math.round(validation < 1 ? validation * table.rows : validation)
  if (!(held >= 1 && held < table.rows)) {
    throw new RangeError(`validation ${validation} of ${table.rows} rows: expected at least one row on both sides.`)
  }
  const inValidation = new Uint8Array(table.rows)
  for (const { rows, count } of shares(groups(table, seed, stratified), held / table.rows, held)) {
    for (const row of rows.slice(0, count)) inValidation[row] = 1
  }
  const all = Array.from(inValidation, (_, row) => row)
  return {
    train: selectRows(
      table,
      all.filter((row) => !inValidation[row]),
    ),
    validation: selectRows(
      table,
      all.filter((row) => inValidation[row]),
    ),
  }
}

/** The rows of each class (or all rows as one group), each group in a random order. */
export function groups(table: PixelTable, seed: number, stratified: boolean): number[][] {
  const { uint32 } = random(seed, streams.split)
  const keys = Uint32Array.from({ length: table.rows }, (_, row) => uint32(0, row))
  const found = new Map<number, number[]>()
  for (let row = 0; row < table.rows; row++) {
    const group = stratified ? (table.labels?.[row] ?? 0) : 0
    const rows = found.get(group)
    if (rows) rows.push(row)
    else found.set(group, [row])
  }
  const sorted = [...found].sort(([a], [b]) => a - b)
  return sorted.map(([, rows]) => rows.sort((a, b) => keys[a]! - keys[b]! || a - b))
}

/** How many of each group to take so that they add up to `total`: the largest remainders are rounded up. */
function shares(found: number[][], share: number, total: number): { rows: number[]; count: number }[] {
  const taken = found.map((rows) => {
    const count = Math.floor(rows.length * share + 1e-9)
    return { rows, count, rest: rows.length * share - count }
  })
  let missing = total - taken.reduce((sum, { count }) => sum + count, 0)
  for (const group of [...taken].sort((a, b) => b.rest - a.rest)) {
    if (missing-- > 0) group.count++
  }
  return taken
}
