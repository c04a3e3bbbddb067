import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemReason } from '../../../../common/system.ts'
import type { Open } from '../csv/read.ts'
import { DataError } from '../error.ts'
import { isHidden } from '../pictures/folders.ts'
import { batchesOfPictures } from '../pictures/picture-batches.ts'
import { type Pictures, tableOfPictures } from '../pictures/picture-table.ts'
import type { PictureOptions, PixelTable, ReadOptions, RowOptions } from '../types.ts'
import { openInNode } from './file.ts'

/** Deeper folders hold no classes; it also ends circles of links. */
const DEEPEST = 6

/** A folder on disk, or one picture in it alone. */
interface Place {
  folder: string
  only?: string
}

/** The table of the pictures in a folder on disk. */
export async function tableOfFolder(place: Place, options: ReadOptions): Promise<PixelTable> {
  return tableOfPictures(await picturesIn(place, options), options)
}

/** The same table, batch by batch. */
export async function* batchesOfFolder(place: Place, options: RowOptions): AsyncGenerator<PixelTable> {
  yield* batchesOfPictures(await picturesIn(place, options), options)
}

async function picturesIn({ folder, only }: Place, options: ReadOptions): Promise<Pictures> {
  const file = options.name ?? (only === undefined ? folder : join(folder, only))
  const [paths, folders]: [string[], string[]] = [only === undefined ? [] : [only], []]
  if (only === undefined) await list(folder, '', paths, folders, file, options)
  const bytes = async (index: number) => {
    const path = paths[index]!
    const read = new Uint8Array(await readFile(join(folder, path)))
    options.onBytes?.(path, read)
    return read
  }
  return { file, ...(only === undefined && { path: folder }), paths, folders, bytes, open: openLabels }
}

/** Labels are no picture, whose bytes are told. */
const openLabels: Open = (from, { signal }) => openInNode(from, signal ? { signal } : {})

/** Puts the paths of all files and folders below `path` into the lists; links are followed. */
async function list(
  root: string,
  path: string,
  paths: string[],
  folders: string[],
  file: string,
  options: PictureOptions,
): Promise<void> {
  options.signal?.throwIfAborted()
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch((cause: Error) => {
    const [problem, params] = [
      `the folder '${path || '.'}' cannot be read: ${systemReason(cause)}`,
      { reason: systemReason(cause) },
    ]
    throw new DataError({ code: 'DATA_FILE_UNREADABLE', params, file, problem }, { cause })
  })
  for (const entry of entries) {
    if (isHidden(entry.name)) continue
    const below = path === '' ? entry.name : `${path}/${entry.name}`
    // A link that leads nowhere is a file that cannot be read, and is reported as such.
    const kind = entry.isSymbolicLink() ? await stat(join(root, below)).catch(() => undefined) : entry
    if (!kind?.isDirectory()) paths.push(below)
    else if (below.split('/').length <= DEEPEST) {
      folders.push(below)
      await list(root, below, paths, folders, file, options)
    }
  }
}
