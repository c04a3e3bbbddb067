import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './atomic.ts'
import type { Checksum } from './checksum.ts'
import { flush } from './flush.ts'
import { attempt } from './reason.ts'

/** What a part is a part of. */
export interface PartRecord {
  /** The strong `ETag` under which the server gives the rest. */
  etag: string
  /** Bytes of the whole, if the server said so. */
  size?: number
  /** What the whole adds up to, if the server said so. */
  checksum?: Checksum
}

/** A download under way: `PATH.part`, and beside it `PATH.part.json` with what is needed to continue. */
export interface Part {
  path: string
  /** Bytes that are there. */
  have: number
  record: PartRecord | undefined
  /** Begins again with nothing; without a record it cannot be continued. */
  restart(record: PartRecord | undefined): Promise<void>
  append(bytes: Uint8Array): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

/** Opens the part of a file, or makes an empty one; `path` is the file's, and its name in errors. */
export async function openPart(path: string): Promise<Part> {
  const file = partOf(path)
  const action = { file: path, action: 'written' } as const
  const handle = await attempt(open(file, constants.O_RDWR | constants.O_CREAT, 0o666), action)
  const record = await readRecord(path)
  const { size } = await handle.stat()
  const isUsable = record && (record.size === undefined || size <= record.size)
  const part: Part = {
    path: file,
    have: isUsable ? size : 0,
    record: isUsable ? record : undefined,
    async restart(next) {
      part.have = 0
      part.record = next
      await attempt(handle.truncate(0), action)
      // Neither flushed nor renamed into place: a record that is lost or damaged only means to begin again.
      if (next) await attempt(writeFile(recordOf(path), JSON.stringify(next)), action)
      else await attempt(rm(recordOf(path), { force: true }), action)
    },
    async append(bytes) {
      await attempt(writeAt(handle, bytes, part.have), action)
      part.have += bytes.length
    },
    flush: () => attempt(flush(handle), action),
    close: () => handle.close(),
  }
  return part
}

/** Puts a whole part in the file's place. */
export async function placePart(path: string): Promise<void> {
  await attempt(rename(partOf(path), path), { file: path, action: 'written' })
  await syncFolder(dirname(path))
}

/** Removes a part and what is beside it; nothing happens if there is none. */
export async function removePart(path: string): Promise<void> {
  for (const file of partsOf(path)) await attempt(rm(file, { force: true }), { file, action: 'removed' })
}

/** The files that a download to a path leaves beside it until it is done, or its next try has done with them. */
export const partsOf = (path: string): string[] => [partOf(path), recordOf(path)]

export const partOf = (path: string) => `${path}.part`
const recordOf = (path: string) => `${path}.part.json`

/** A place of its own for each write: two processes that load the same file write the same bytes to the same places. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

async function readRecord(path: string): Promise<PartRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordOf(path), 'utf8')) as PartRecord
    return typeof record.etag === 'string' ? record : undefined
  } catch {
    return undefined
  }
}
