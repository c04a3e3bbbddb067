import type { PixelTable } from '@pixelrow/data'
import type { Context } from '../../../context.ts'
import { tableAt } from '../../../tables/argument.ts'
import { nameOf } from '../../../tables/place.ts'
import { read } from '../../../tables/reading.ts'
import { band, gap, pixelsOf } from '../../../terminal/band.ts'
import { drawnWidth } from '../../../terminal/draw.ts'
import type { Terminal } from '../../../terminal/terminal.ts'
import type { HeadOptions } from './command.ts'

/** Where there is no terminal to ask. */
const usualColumns = 80

/** `pixelrow data head FILE`: the first rows as pictures. */
export async function run(context: Context, flags: HeadOptions, file: string): Promise<void> {
  const place = tableAt(file, 'pixelrow data head - < train.csv')
  const { terminal } = context
  terminal.note(`Reading ${nameOf(place)}`)
  const { rows: most, ...reading } = flags
  const table = await read(context, place, reading)
  const { width, abreast } = arrange(terminal, table)
  const rows = Math.min(table.rows, most ?? 2 * abreast)
  terminal.json({ file, ...summary(table), head: Array.from({ length: rows }, (_, row) => rowOf(table, row)) })
  const style = { width, palette: terminal.palette, bold: terminal.resultColors.bold }
  for (let first = 0; first < rows; first += abreast) {
    if (first > 0) terminal.result()
    for (const line of band(table, [first, Math.min(rows, first + abreast)], style)) terminal.result(line)
  }
}

function summary({ rows, shape, maxValue, classes = [] }: PixelTable) {
  const { height, width, channels, channelOrder } = shape
  return { rows, shape: [height, width, channels], channelOrder, maxValue, classes }
}

/** A row as `--json` has it; `row` counts images from 1. */
function rowOf(table: PixelTable, row: number) {
  const { labels, classes, ids } = table
  const label = labels && classes?.[labels[row]!]
  const id = ids?.[row]
  return {
    row: row + 1,
    ...(id !== undefined && { id }),
    ...(label !== undefined && { label }),
    pixels: [...pixelsOf(table, row)],
  }
}

/** How wide a picture is drawn and how many stand side by side. */
function arrange({ columns }: Terminal, { shape }: PixelTable): { width: number; abreast: number } {
  const room = Number.isFinite(columns) ? columns : usualColumns
  const width = drawnWidth(shape, room)
  return { width, abreast: Math.max(1, Math.floor((room + gap.length) / (width + gap.length))) }
}
