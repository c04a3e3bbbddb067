import { tell } from '../note.ts'
import type { ReadOptions } from '../types.ts'
import { cellText, splitCells } from './cells.ts'
import type { Layout } from './layout.ts'

/**
 * Whether a CSV's values are to be kept as floats: as asked, else where the first row holds more numbers that are no whole ones from 0 on than others but 0. One
 * such number among others is a mistake, and stays one.
 */
export function holdsFloats(head: Uint8Array, layout: Layout, options: ReadOptions): boolean {
  const { dataType, maxValue, fractions } = options
  if (dataType !== undefined) return dataType === 'float32'
  if (maxValue !== undefined || fractions !== undefined) return false
  const { places, packed, first } = layout
  const cells = splitCells(head, first, layout)
  if (cells.count !== layout.columns) return false
  let [others, whole] = [0, 0]
  const count = (text: string) => {
    const value = text === '' ? Number.NaN : Number(text)
    if (value > 0 && Number.isInteger(value)) whole++
    else if (Number.isFinite(value) && value !== 0) others++
  }
  const text = (column: number) => cellText(head, cells, column, first, layout)
  if (packed >= 0) for (const value of text(packed).split(/[ \t]+/)) count(value)
  for (let column = 0; column < cells.count; column++) if (places[column]! >= 0) count(text(column))
  if (others <= whole) return false
  tell(options.onNote, 'values kept as 32-bit floats: most in the first row are no whole numbers from 0 on', 'dataType')
  return true
}
