import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SetupError } from '../error.ts'

/** Throws where a folder's disk has too little room for so many bytes. */
export async function requireSpace(folder: string, needed: number): Promise<void> {
  const free = await freeIn(folder)
  if (free >= needed) return
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new SetupError(`${folder}: ${gigabytes(needed)} are needed, and ${gigabytes(free)} are free`, {
    code: 'DEVICES_DISK_FULL',
    params: { needed, free, folder },
    advice: 'Free some space, or set PIXELROW_CACHE to a folder on another disk.',
  })
}

/** Bytes that may be written in a folder, which need not exist yet. */
async function freeIn(folder: string): Promise<number> {
  const stats = await statfs(folder).catch(() => undefined)
  if (stats) return stats.bavail * stats.bsize
  return dirname(folder) === folder ? Number.POSITIVE_INFINITY : freeIn(dirname(folder))
}
