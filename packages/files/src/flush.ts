import { fsync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'

const fsyncOf = promisify(fsync)

/** Has what was written to a file lie on the disk. By its number: under Yarn's Plug'n'Play a handle has no `sync` that works. */
export const flush = ({ fd }: FileHandle): Promise<void> => fsyncOf(fd)
