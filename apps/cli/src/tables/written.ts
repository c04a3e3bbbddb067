import { DataError, formatShape, type PixelTable, readTable } from '@pixelrow/data'
import { readingFlags } from '../line/flags/reading.ts'
import { wordsOf } from '../line/words.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { sampleOf } from './readings.ts'

/** Says which flags a file that was written needs where it does not tell by itself what the table is. */
export async function tellFlags(terminal: Terminal, table: PixelTable, format: 'csv' | 'idx'): Promise<void> {
  const { shape, maxValue, pixels } = table
  const isCsv = format === 'csv'
  let most = 0
  for (const pixel of pixels) if (pixel > most) most = pixel
  const found = [1, 15, 16].find((white) => most <= white) ?? 255
  const words = wordsOf(readingFlags, {
    ...(isCsv && !(await tellsShape(table)) && { shape: formatShape(shape) }),
    ...(isCsv && shape.channels > 1 && { channels: shape.channelOrder }),
    ...(found !== maxValue && { maxValue }),
  })
  if (words.length) terminal.note(`To read it again just like this, add ${words.join(' ')}`)
}

/** Whether a CSV of these pictures is read in their shape without being told. */
async function tellsShape(table: PixelTable): Promise<boolean> {
  try {
    return formatShape((await readTable(sampleOf(table))).shape) === formatShape(table.shape)
  } catch (error) {
    if (error instanceof DataError) return false
    throw error
  }
}
