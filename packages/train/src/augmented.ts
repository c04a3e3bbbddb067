import { augment } from '@pixelrow/data'
import type { CompileOptions } from './types.ts'

/** The pixels of some of a table's rows, augmented for an epoch: a pure function of (seed, epoch, row). */
export function augmentRows(
  { pixels, augment: how, seed }: Pick<CompileOptions, 'pixels' | 'augment' | 'seed'>,
  rows: Uint32Array,
  epoch: number,
): Uint8Array {
  const { shape, options } = how!
  const size = shape.height * shape.width * shape.channels
  const chosen = new Uint8Array(rows.length * size)
  rows.forEach((row, i) => {
    chosen.set(pixels.subarray(row * size, (row + 1) * size), i * size)
  })
  return augment(chosen, shape, { ...options, rows, seed, epoch })
}
