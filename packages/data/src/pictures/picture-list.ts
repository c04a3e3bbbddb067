import { listOf } from '../../../../common/options.ts'
import type { Open } from '../csv/read.ts'
import { checkValue } from '../options.ts'
import type { PictureFile, PictureOptions, PixelTable } from '../types.ts'
import { tableOfPictures } from './picture-table.ts'

const pictureFiles = listOf('a list of { name, blob }', (file) => {
  const { name, blob } = (file ?? {}) as Partial<PictureFile>
  return typeof name === 'string' && typeof blob?.arrayBuffer === 'function' ? undefined : 'a file'
})

/** The table of the pictures among these files. */
export async function tableOfFiles(files: readonly PictureFile[], options: PictureOptions): Promise<PixelTable> {
  checkValue('readPictures', 'files', files, pictureFiles)
  const bytes = async (index: number) => new Uint8Array(await files[index]!.blob.arrayBuffer())
  // Apart, as hardly any page has a table of labels.
  const open: Open = async (from, { signal }) => {
    const [{ openSource }, { inflateInPage }] = [
      await import('../source/source.ts'),
      await import('../source/gunzip.ts'),
    ]
    return openSource(from, signal ? { signal } : {}, inflateInPage)
  }
  const paths = files.map(({ name }) => name)
  return tableOfPictures({ file: options.name ?? 'pictures', paths, folders: [], bytes, open }, options)
}
