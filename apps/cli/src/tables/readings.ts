import {
  csvText,
  DataError,
  formatShape,
  type ImageShape,
  type PixelTable,
  type ReadOptions,
  readTable,
  selectRows,
  type TableSource,
} from '@pixelrow/data'
import { areFloats } from '../../../../common/values.ts'
import { JobError } from '../line/errors.ts'
import { readingFlags } from '../line/flags/reading.ts'
import { wordsOf } from '../line/words.ts'
import { band } from '../terminal/band.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** A shape in which the rows of a table may be meant. */
interface Reading {
  shape: ImageShape
  roughness: number
}

/** How many pictures of each reading are drawn, and how many columns each takes at most. */
const [abreast, widest] = [3, 24]

/** The rows of a table that are looked at to find out its shape, as a CSV of their own. */
export function sampleOf(table: PixelTable, most = 100): Uint8Array {
  const count = Math.min(most, table.rows)
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * table.rows) / count))
  const { labels: _, classes: __, ids: ___, ...pixels } = selectRows(table, rows)
  return new TextEncoder().encode([...csvText(pixels)].join(''))
}

/**
 * Reads a table again of which `readTable` said that its images may have several shapes, in each of them; draws the first rows of each under the flag
 * that means it, and gives the error that says so. Any other error is given back as it is.
 */
export async function explainReadings(
  terminal: Terminal,
  error: unknown,
  { source, name, options }: { source: TableSource; name: string; options: ReadOptions },
): Promise<unknown> {
  if (!(error instanceof DataError) || error.code !== 'DATA_SHAPE_UNCLEAR') return error
  const { pixels, candidates } = error.params as { pixels: number; candidates: Reading[] }
  const flags = candidates.map(flagsOf)
  const { channels, transpose, ...rest } = options
  const sample = sampleOf(await readTable(source, { ...rest, shape: candidates[0]!.shape }), abreast)
  for (const [index, { shape }] of candidates.entries()) {
    const table = await readTable(sample, { shape, ...(transpose && { transpose }) })
    terminal.line(`\n${terminal.colors.cyan(flags[index]!)}`)
    for (const line of drawn(terminal, table)) terminal.line(line)
  }
  terminal.line('')
  const message = `${name}: its rows of ${pixels} pixels may be read in ${candidates.length} ways, and none is clearly the smoothest`
  const params = { file: name, pixels, candidates: candidates.map((each, i) => ({ ...each, flags: flags[i] })) }
  return new JobError(message, `add ${flags.join(', or ')}`, { code: 'CLI_SHAPE_UNCLEAR', params })
}

function flagsOf({ shape }: Reading): string {
  const order = shape.channels > 1 ? { channels: shape.channelOrder } : {}
  return wordsOf(readingFlags, { shape: formatShape(shape), ...order }).join(' ')
}

function drawn({ notePalette, colors }: Terminal, table: PixelTable): string[] {
  const { height, width } = table.shape
  const columns = Math.max(1, Math.min(width, widest, Math.round((widest * width) / height)))
  return band(table, [0, Math.min(abreast, table.rows)], { width: columns, palette: notePalette, bold: colors.bold })
}

/** Says which flags a file that was written needs where it does not tell by itself what the table is. */
export async function tellFlags(terminal: Terminal, table: PixelTable, format: 'csv' | 'idx'): Promise<void> {
  const { shape, maxValue, pixels } = table
  const floats = areFloats(pixels)
  const isCsv = format === 'csv'
  let most = 0
  for (const pixel of pixels) if (pixel > most) most = pixel
  const found = [1, 15, 16].find((white) => most <= white) ?? 255
  const again = isCsv ? await readAgain(table) : undefined
  const words = wordsOf(readingFlags, {
    ...(isCsv && !(again && formatShape(again.shape) === formatShape(shape)) && { shape: formatShape(shape) }),
    ...(isCsv && shape.channels > 1 && { channels: shape.channelOrder }),
    ...(floats
      ? !(again && areFloats(again.pixels)) && { dataType: 'float32' as const }
      : found !== maxValue && { maxValue }),
  })
  if (words.length) terminal.note(`To read it again just like this, add ${words.join(' ')}`)
}

/** How the first rows of a CSV of these pictures are read without being told; undefined where they are not. */
async function readAgain(table: PixelTable): Promise<PixelTable | undefined> {
  try {
    return await readTable(sampleOf(table))
  } catch (error) {
    if (error instanceof DataError) return undefined
    throw error
  }
}
