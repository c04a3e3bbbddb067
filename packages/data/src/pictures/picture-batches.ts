import { DataError } from '../error.ts'
import type { PixelTable, RowOptions } from '../types.ts'
import {
  convertible,
  meantIn,
  openedDecoder,
  type Pictures,
  requirePictureOptions,
  tableOfRows,
} from './picture-table.ts'
import { planOf } from './preparation.ts'

/** The table of all pictures in batches of rows, each as `tableOfPictures` has it: no more of them are in memory. */
export async function* batchesOfPictures(
  source: Pictures,
  { batch = 256, ...options }: RowOptions,
): AsyncGenerator<PixelTable, void, undefined> {
  await requirePictureOptions(source.file, options)
  const { size, color } = planOf(options)
  if (!size || !color) {
    const problem = 'pictures that are read piece by piece need a size and colours'
    throw new DataError({ file: source.file, problem, advice: 'Pass the shape.', code: 'DATA_SHAPE_MISSING' })
  }
  try {
    const { pictures, labels, classes } = await meantIn(source, options)
    let { skipBroken = 0 } = options
    const decode = await openedDecoder(source.file)
    for (let start = 0; start < pictures.length; start += batch) {
      const some = pictures.slice(start, start + batch)
      const { decoded, ...table } = await tableOfRows(source, some, decode, { ...options, skipBroken })
      skipBroken -= some.length - table.rows
      const own = labels?.slice(start, start + batch).filter((_, row) => decoded[row])
      yield { ...table, ...(own && classes && { labels: own, classes }) }
    }
  } catch (error) {
    throw await convertible(error, source)
  }
}
