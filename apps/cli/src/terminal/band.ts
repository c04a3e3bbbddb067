import { type PixelTable, pixelCount } from '@pixelrow/data'
import { areFloats } from '../../../../common/values.ts'
import { draw } from './draw.ts'
import type { Palette } from './terminal.ts'
import { visibleName } from './visible.ts'

/** How pictures are drawn side by side. */
interface Style {
  /** Columns of each. */
  width: number
  palette: Palette
  bold: (text: string) => string
}

/** Between two pictures. */
export const gap = '  '

/** The lines of a table's rows `from` up to `to` as pictures side by side, their labels above. */
export function band(table: PixelTable, [from, to]: [number, number], { width, palette, bold }: Style): string[] {
  const rows = Array.from({ length: to - from }, (_, index) => from + index)
  const { shape } = table
  const shown = shownBy(table, [from, to])
  const pictures = rows.map((row) => draw({ ...shown(pixelsOf(table, row)), shape }, width, palette))
  const titles = rows.map((row) => fitted(titleOf(table, row), width))
  const lines = pictures[0]!.map((_, line) => pictures.map((picture) => picture[line]).join(gap))
  return [bold(titles.join(gap).trimEnd()), ...lines.map((line) => (palette === 'none' ? line.trimEnd() : line))]
}

/** How rows' pixels are drawn: bytes as they are, floats from the least of these rows, as black, to the largest. */
function shownBy(
  { pixels, shape, maxValue }: PixelTable,
  [from, to]: [number, number],
): (row: PixelTable['pixels']) => { pixels: Uint8Array; maxValue: number } {
  if (!areFloats(pixels)) return (row) => ({ pixels: row as Uint8Array, maxValue })
  const size = pixelCount(shape)
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of pixels.subarray(from * size, to * size)) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const scale = high > low ? 255 / (high - low) : 0
  return (row) => ({ pixels: Uint8Array.from(row, (value) => Math.round((value - low) * scale)), maxValue: 255 })
}

/** The pixels of a row. */
export function pixelsOf({ pixels, shape }: PixelTable, row: number): PixelTable['pixels'] {
  const size = pixelCount(shape)
  return pixels.subarray(row * size, (row + 1) * size)
}

/** The label, else the identifier, else the number of the image. */
function titleOf({ labels, classes, ids }: PixelTable, row: number): string {
  return visibleName((labels && classes?.[labels[row]!]) ?? ids?.[row] ?? `row ${row + 1}`)
}

/** A text of exactly so many characters. */
function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text.padEnd(width)
}
