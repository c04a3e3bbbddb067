import { type PixelTable, pixelCount } from '@pixelrow/data'
import type { Flags } from '../line/flags.ts'
import type { Context } from '../main.ts'
import { read } from '../tables/reading.ts'
import { draw, drawnWidth } from '../terminal/draw.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Between two pictures. */
const gap = '  '

/** Where there is no terminal to ask. */
const usualColumns = 80

/** `pixelrow data head FILE`: the first rows as pictures. */
export async function head(context: Context, flags: Flags, file: string): Promise<void> {
  const { terminal } = context
  terminal.note(`Reading ${file}`)
  const table = await read(context, file, flags)
  const { width, abreast } = arrange(terminal, table)
  const rows = Math.min(table.rows, flags.rows ?? 2 * abreast)
  terminal.json({ file, ...summary(table), head: Array.from({ length: rows }, (_, row) => rowOf(table, row)) })
  for (let first = 0; first < rows; first += abreast) {
    if (first > 0) terminal.result()
    for (const line of band(terminal, table, [first, Math.min(rows, first + abreast)], width)) terminal.result(line)
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

function pixelsOf({ pixels, shape }: PixelTable, row: number): Uint8Array {
  const size = pixelCount(shape)
  return pixels.subarray(row * size, (row + 1) * size)
}

/** How wide a picture is drawn and how many stand side by side. */
function arrange({ columns }: Terminal, { shape }: PixelTable): { width: number; abreast: number } {
  const room = Number.isFinite(columns) ? columns : usualColumns
  const width = drawnWidth(shape, room)
  return { width, abreast: Math.max(1, Math.floor((room + gap.length) / (width + gap.length))) }
}

/** The lines of pictures side by side, their labels above. */
function band(terminal: Terminal, table: PixelTable, [from, to]: [number, number], width: number): string[] {
  const rows = Array.from({ length: to - from }, (_, index) => from + index)
  const { shape, maxValue } = table
  const pictures = rows.map((row) => draw({ pixels: pixelsOf(table, row), shape, maxValue }, width, terminal.palette))
  const titles = rows.map((row) => fitted(titleOf(table, row), width))
  const lines = pictures[0]!.map((_, line) => pictures.map((picture) => picture[line]).join(gap))
  const plain = terminal.palette === 'none'
  return [
    terminal.resultColors.bold(titles.join(gap).trimEnd()),
    ...lines.map((line) => (plain ? line.trimEnd() : line)),
  ]
}

/** The label, else the identifier, else the number of the image. */
function titleOf({ labels, classes, ids }: PixelTable, row: number): string {
  return (labels && classes?.[labels[row]!]) ?? ids?.[row] ?? `row ${row + 1}`
}

/** A text of exactly so many characters. */
function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text.padEnd(width)
}
