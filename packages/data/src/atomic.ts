import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a whole file or nothing: into a temporary file in the same folder, flushed to disk, then renamed over the path.
 * On failure the temporary file is removed, the old file stays as it was, and the file system's error is thrown.
 */
export async function writeFileAtomic(
  path: string,
  contents: Uint8Array | string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  const file = await open(temporary, 'wx')
  try {
    try {
      const parts = typeof contents === 'string' || contents instanceof Uint8Array ? [contents] : contents
      for await (const part of parts) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
