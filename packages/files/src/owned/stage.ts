import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isA } from '../../../../common/kinds.ts'
import { type FileData, writeParts } from '../atomic.ts'
import { flush } from '../flush.ts'
import { attempt } from '../reason.ts'
import type { FileRecord } from '../types.ts'
import { makeFolder, removeQuietly } from './store.ts'

/** What a file is once it is written. */
export type Sum = Pick<FileRecord, 'size' | 'mtimeMs' | 'sha256'>

/** Where a file is going to lie, and how it is written. */
interface How {
  /** A file that is there passes its permissions on. */
  target: string
  /** What errors name. */
  shown: string
  signal?: AbortSignal | undefined
  mode?: number | undefined
}

/** Writes a new file, flushed to disk, and sums it up on the way; an error leaves nothing. */
export async function stage(path: string, data: FileData, { target, shown, signal, mode }: How): Promise<Sum> {
  signal?.throwIfAborted()
  const action = { file: shown, action: 'written' } as const
  const kept = mode ?? (await modeOf(target))
  await attempt(makeFolder(dirname(path)), action)
  const handle = await attempt(open(path, 'w', kept === undefined ? 0o666 : 0o600), action)
  const hash = createHash('sha256')
  try {
    try {
      await writeParts(handle, shown, hashed(data, hash), signal)
      if (kept !== undefined) await attempt(handle.chmod(kept & 0o7777), action)
      await attempt(flush(handle), action)
      const { size, mtimeMs } = await attempt(handle.stat(), action)
      return { size, mtimeMs, sha256: hash.digest('hex') }
    } finally {
      await attempt(handle.close(), action)
    }
  } catch (error) {
    await removeQuietly(path)
    throw error
  }
}

const modeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  )

/** The bytes of what is written, each added to a sum. */
export async function* hashed(
  data: FileData,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const part of typeof data === 'string' || isA(data, 'Uint8Array') ? [data] : data) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    hash.update(bytes)
    yield bytes
  }
}
