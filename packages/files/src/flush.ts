import { fsync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'

const fsyncOf = promisify(fsync)

/**
 * Has what was written to a file lie on the disk. By its number, as under Yarn's Plug'n'Play a handle has no `sync` that works; by the handle where Node's permission
 * model allows no number.
 */
export const flush = (handle: FileHandle): Promise<void> =>
  fsyncOf(handle.fd).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
    return handle.sync()
  })
