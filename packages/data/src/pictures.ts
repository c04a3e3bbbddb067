import { tableOfFiles } from './pictures/picture-list.ts'
import { checked } from './source/checked.ts'
import type { PictureFile, PictureOptions, PixelTable } from './types.ts'

export { DataError, type DataErrorCode, type DataErrorDetail, type DataErrorPlace } from './error.ts'
export type { DataErrorParams } from './error-params.ts'
export { fromImageData } from './pictures/image-data.ts'
export type {
  Decision,
  ImageShape,
  PictureFile,
  PictureOptions,
  PixelTable,
  Preparation,
  RgbaImage,
  ShapeOption,
} from './types.ts'

/**
 * Reads pictures (PNG, JPEG, WebP, GIF, BMP, and in Node TIFF) from files with their paths: `CLASS/name.png`, with `train`, `val` and `test` above the classes or not, or without
 * classes. Paths sort the rows and are their ids. Pictures of differing sizes need `size`. In pages the browser decodes, in Node the package sharp.
 * Throws a DataError that names the broken ones.
 */
export async function readPictures(files: readonly PictureFile[], options: PictureOptions = {}): Promise<PixelTable> {
  await checked('readPictures', options)
  return tableOfFiles(files, options)
}
