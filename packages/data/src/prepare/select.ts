import { pixelCount } from '../shape.ts'
import type { PixelTable } from '../types.ts'

/** A new table of the given rows, in the given order; a row may come several times. Throws a RangeError for a row that is not there. */
export function selectRows(table: PixelTable, rows: ArrayLike<number>): PixelTable {
  const width = pixelCount(table.shape)
  const pixels = new Uint8Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (!(row >= 0 && row < table.rows)) throw new RangeError(`row ${row}: expected 0..${table.rows - 1}.`)
    pixels.set(table.pixels.subarray(row * width, (row + 1) * width), i * width)
  }
  const selected: PixelTable = { ...table, pixels, rows: rows.length }
  const { labels, ids } = table
  if (labels) selected.labels = Uint16Array.from(rows, (row) => labels[row]!)
  if (ids) selected.ids = Array.from(rows, (row) => ids[row]!)
  return selected
}
