import type { PictureFile, PictureOptions, PixelTable } from '../types.ts'
import { tableOfPictures } from './picture-table.ts'

/** The table of the pictures among these files. */
export async function tableOfFiles(files: readonly PictureFile[], options: PictureOptions): Promise<PixelTable> {
  const bytes = async (index: number) => new Uint8Array(await files[index]!.blob.arrayBuffer())
  const paths = files.map(({ name }) => name)
  return tableOfPictures({ file: options.name ?? 'pictures', paths, folders: [], bytes }, options)
}
