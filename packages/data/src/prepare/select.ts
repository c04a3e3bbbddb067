import { whole } from '../../../../common/options.ts'
import { emptyLike } from '../../../../common/values.ts'
import { checkTable } from '../check.ts'
import { checkValue } from '../options.ts'
import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'

/**
 * A new table of the given rows, in the given order; a row may come several times. Throws a DataError for a row that is not there, and for
 * a table that is none.
 */
export function selectRows(table: PixelTable, rows: ArrayLike<number>): PixelTable {
  checkTable(table, 'selectRows: the table')
  return selected(table, rows)
}

/** The same for a table that has been looked at. */
export function selected(table: PixelTable, rows: ArrayLike<number>): PixelTable {
  const width = pixelCount(table.shape)
  const pixels = emptyLike(table.pixels, rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (!(Number.isInteger(row) && row >= 0 && row < table.rows)) checkValue('selectRows', 'a row', row, inTable(table))
    pixels.set(table.pixels.subarray(row * width, (row + 1) * width), i * width)
  }
  const selected: PixelTable = { ...table, pixels, rows: rows.length }
  const { labels, ids, kept } = table
  if (labels) selected.labels = Uint16Array.from(rows, (row) => labels[row]!)
  if (ids) selected.ids = Array.from(rows, (row) => ids[row]!)
  if (kept) {
    const some = Object.entries(kept).map(([name, texts]) => [name, Array.from(rows, (row) => texts[row]!)])
    selected.kept = Object.fromEntries(some)
  }
  return selected
}

const inTable = ({ rows }: PixelTable) => whole(0, { most: rows - 1 })
