import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, Readable, type TransformOptions } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip, type ZlibOptions } from 'node:zlib'
import { isA } from '../../../../common/kinds.ts'
import { systemReason } from '../../../../common/system.ts'
import { DataError } from '../error.ts'
import type { ReadOptions, TableSource } from '../types.ts'
import { MOST_RATIO } from './gunzip.ts'
import { type ByteSource, openSource, streamed, tapped } from './source.ts'

const CHUNK = 1 << 18
/** Other work may run after so many bytes: a few milliseconds of reading. */
const BREATH = 1 << 24

/** Opens a path, a `file:` URL or anything that needs no file system. */
export async function openInNode(source: TableSource, options: ReadOptions): Promise<ByteSource> {
  const path = pathOf(source)
  return path === undefined ? openSource(source, options, inflateInNode) : openFile(path, options)
}

/** Loads what reads Parquet. */
export const parquet = () => import('../parquet/tables.ts')

/** The path that a string or a `file:` URL is; undefined for other sources. */
export function pathOf(source: TableSource): string | undefined {
  const text = isA(source, 'URL') ? source.href : source
  if (typeof text !== 'string' || /^https?:/i.test(text)) return undefined
  return /^file:/i.test(text) ? fileURLToPath(text) : text
}

async function openFile(
  path: string,
  { name = path, onBytes, maxRatio = MOST_RATIO }: ReadOptions,
): Promise<ByteSource> {
  const plain = openPlain(path, name)
  if (plain) return { ...(onBytes ? overheard(plain, onBytes) : plain), path }
  const { handle, before } = await opened(path, name)
  const chunks = tapped(chunksOf(handle, name, before), name, onBytes)
  const source = { ...streamed(chunks, { name, inflate: inflateInNode, maxRatio }), path }
  return before.isFile() ? { ...source, size: inflatedSize(handle.fd, before.size, maxRatio) } : source
}

/** Opens a regular file that is no gzip, on this thread; undefined for anything else and for what cannot be opened. */
function openPlain(path: string, name: string): ByteSource | undefined {
  let fd: number | undefined
  try {
    // A pipe would wait for its other end.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
    fd = openSync(path, 'r')
    const magic = new Uint8Array(2)
    readSync(fd, magic, 0, 2, 0)
    if (magic[0] !== 0x1f || magic[1] !== 0x8b) return blocking(fd, name, fstatSync(fd))
  } catch {}
  if (fd !== undefined) closeSync(fd)
  return undefined
}

/** The same source, of whose bytes somebody is told. */
function overheard(source: ByteSource, onBytes: NonNullable<ReadOptions['onBytes']>): ByteSource {
  function fill(room: Uint8Array): number {
    const count = source.fill!(room)
    if (count > 0) onBytes(source.name, room.subarray(0, count))
    return count
  }
  return { ...source, chunks: filled(fill), fill }
}

/** What gzip says in its last bytes about how long it is unpacked. It may lie, so no more than is unpacked at all, than deflate can do (1032 to 1) and a gigabyte. */
function inflatedSize(fd: number, size: number, maxRatio: number): number {
  const end = Buffer.alloc(4)
  readSync(fd, end, 0, 4, Math.max(0, size - 4))
  return Math.min(end.readUInt32LE(), 1032 * size, Math.max(1 << 24, maxRatio * size), 1 << 30)
}

async function opened(path: string, name: string): Promise<{ handle: FileHandle; before: Stats }> {
  const handle = await open(path, 'r').catch((cause: unknown) => unreadable(name, 'opened', cause))
  const before = await handle.stat().catch(async (cause: unknown) => {
    await handle.close().catch(() => {})
    return unreadable(name, 'read', cause)
  })
  if (!before.isDirectory()) return { handle, before }
  await handle.close()
  const [expected, found, advice] = ['a file', 'a folder', 'Pass the path of a CSV file.']
  throw new DataError({ code: 'DATA_FILE_FOLDER', file: name, expected, found, advice })
}

/** Reads on this thread: from the cache of the operating system that takes less time than handing work to another. */
function blocking(fd: number, name: string, before: Stats): ByteSource {
  let breath = 0
  let open = true
  const read = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      return unreadable(name, 'read', cause)
    }
  }
  function fill(room: Uint8Array): number {
    const count = read(() => readSync(fd, room))
    breath += count
    return count
  }
  return {
    name,
    size: before.size,
    chunks: filled(fill),
    fill,
    pause() {
      if (breath < BREATH) return undefined
      breath = 0
      return new Promise((resolve) => setImmediate(resolve))
    },
    done: async () =>
      requireSame(
        read(() => fstatSync(fd)),
        name,
        before,
      ),
    async close() {
      if (!open) return
      open = false
      read(() => closeSync(fd))
    },
  }
}

async function* filled(fill: (room: Uint8Array) => number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const room = new Uint8Array(CHUNK)
    const count = fill(room)
    if (count === 0) return
    yield room.subarray(0, count)
  }
}

async function* chunksOf(handle: FileHandle, name: string, before: Stats): AsyncGenerator<Uint8Array> {
  const failed = (cause: unknown) => unreadable(name, 'read', cause)
  try {
    for (;;) {
      const buffer = new Uint8Array(CHUNK)
      const { bytesRead } = await handle.read({ buffer }).catch(failed)
      if (bytesRead === 0) break
      yield buffer.subarray(0, bytesRead)
    }
    if (before.isFile()) requireSame(await handle.stat().catch(failed), name, before)
  } finally {
    await handle.close().catch(failed)
  }
}

/** A file that is written to while it is read would give a table that never was. */
function requireSame(after: Stats, name: string, before: Stats): void {
  if (after.size === before.size && after.mtimeMs === before.mtimeMs) return
  const [found, expected] = [`${after.size} bytes`, `${before.size} bytes as at the start`]
  const advice = 'Read it again when nothing writes to it.'
  const problem = 'changed while it was read'
  throw new DataError({ code: 'DATA_FILE_CHANGED', file: name, problem, found, expected, advice })
}

function unreadable(name: string, what: string, cause: unknown): never {
  const missing = isA(cause, 'Error') && (cause as NodeJS.ErrnoException).code === 'ENOENT'
  const about = { file: name, expected: 'a file' }
  if (missing) {
    const words = { problem: 'no such file', advice: 'Check the path.' }
    throw new DataError({ code: 'DATA_FILE_MISSING', ...about, ...words }, { cause })
  }
  const reason = systemReason(cause)
  const words = { problem: `cannot be ${what}: ${reason}`, advice: 'Check the path and the disk.' }
  throw new DataError({ code: 'DATA_FILE_UNREADABLE', params: { reason }, ...about, ...words }, { cause })
}

/** Unpacks gzip with zlib. */
export function inflateInNode(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // Up to eight megabytes are unpacked ahead, on another thread: what the reader takes before the first row would else be lost.
  const ahead: ZlibOptions & TransformOptions = { chunkSize: 1 << 20, highWaterMark: 1 << 23 }
  const gunzip = createGunzip(ahead)
  // The error comes out of the iteration.
  pipeline(Readable.from(chunks), gunzip, () => {})
  return gunzip
}
