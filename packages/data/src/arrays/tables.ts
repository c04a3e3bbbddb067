import { idxNumbers } from '../idx/parse.ts'
import type { WholeFile } from '../source/formats.ts'
import type { PixelTable, ReadOptions } from '../types.ts'
import { arrayTable } from './array-table.ts'
import { isNpy, npyNumbers } from './npy.ts'

export { onlyArray, tableOfNpz } from './npz.ts'

/** The table of the images in an IDX or `.npy` file, with another's labels. */
export function tableOfFile({ file, bytes, labels }: WholeFile, options: ReadOptions): PixelTable {
  const beside = `labels of ${file}`
  return arrayTable(file, numbersIn(bytes, file), labels && { file: beside, array: numbersIn(labels, beside) }, options)
}

/** The array in an IDX or `.npy` file. */
export const numbersIn = (bytes: Uint8Array, file: string) => (isNpy(bytes) ? npyNumbers : idxNumbers)(bytes, file)
