import { DataError } from '../error.ts'
import { requireFit } from '../source/checked.ts'
import type { PixelTable, RowOptions } from '../types.ts'
import { arranged } from './folders.ts'
import { convertible, openedDecoder, type Pictures, tableOfRows } from './picture-table.ts'
import { planOf } from './preparation.ts'

/** The table of all pictures in batches of rows, each as `tableOfPictures` has it: no more of them are in memory. */
export async function* batchesOfPictures(
  source: Pictures,
  { batch = 256, ...options }: RowOptions,
): AsyncGenerator<PixelTable, void, undefined> {
  await requireFit(source.file, ['pictures'], options)
  const { size, color } = planOf(options)
  if (!size || !color) {
    const problem = 'pictures that are read piece by piece need a size and colours'
    throw new DataError({ file: source.file, problem, advice: 'Pass the shape.', code: 'DATA_SHAPE_MISSING' })
  }
  try {
    const { pictures, labels, classes } = arranged(source.file, source.paths, source.folders, options)
    const decode = await openedDecoder(source.file)
    for (let start = 0; start < pictures.length; start += batch) {
      const some = pictures.slice(start, start + batch)
      const table = await tableOfRows(source, some, decode, options)
      yield { ...table, ...(labels && classes && { labels: labels.slice(start, start + batch), classes }) }
    }
  } catch (error) {
    throw await convertible(error, source)
  }
}
