import { augment } from '@pixelrow/data'
import { emptyLike, type PixelValues } from '../../../common/values.ts'
import type { CompileOptions } from './types.ts'

/** The pixels of some of a table's rows, as they are or, where that is asked for, augmented for an epoch. */
export function imagesOf(
  table: Pick<CompileOptions, 'pixels' | 'augment' | 'seed'> & { imageBytes: number },
  rows: Uint32Array,
  epoch: number,
): PixelValues {
  return table.augment ? augmentRows(table, rows, epoch) : chosenRows(table.pixels, rows, table.imageBytes)
}

/** The pixels of some of a table's rows, augmented for an epoch: a pure function of (seed, epoch, row). */
export function augmentRows(
  { pixels, augment: how, seed }: Pick<CompileOptions, 'pixels' | 'augment' | 'seed'>,
  rows: Uint32Array,
  epoch: number,
): PixelValues {
  const { shape, options } = how!
  const chosen = chosenRows(pixels, rows, shape.height * shape.width * shape.channels)
  return augment(chosen, shape, { ...options, rows, seed, epoch })
}

export function chosenRows<T extends PixelValues>(pixels: T, rows: Uint32Array, imageBytes: number): T {
  const chosen = emptyLike(pixels, rows.length * imageBytes)
  rows.forEach((row, i) => void chosen.set(pixels.subarray(row * imageBytes, (row + 1) * imageBytes), i * imageBytes))
  return chosen
}
