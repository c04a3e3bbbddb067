import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileErrorFrom } from '@pixelrow/files'

/**
 * Removes a folder of the cache, at once for whoever looks and then from the disk, with what an earlier removal that was killed has left. Nothing
 * there is no error. Throws a FileError where it cannot be removed.
 */
export async function removeFolder(folder: string): Promise<void> {
  const [parent, name] = [dirname(folder), basename(folder)]
  try {
    await rename(folder, join(parent, `.${name}.${randomUUID()}.removed`)).catch(unlessMissing)
    for (const each of await readdir(parent).catch(() => []))
      if (each.startsWith(`.${name}.`) && each.endsWith('.removed')) await rm(join(parent, each), { recursive: true })
  } catch (error) {
    throw fileErrorFrom(error, { file: folder, action: 'removed' })
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** Removes folders as far as they are empty, the innermost first. */
export async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rmdir(folder).catch(() => {})
}
