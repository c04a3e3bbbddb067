import { isA } from '../../../../common/kinds.ts'
import { counted, type Exceeded, fetchWithin } from '../../../../common/within.ts'
import { DataError } from '../error.ts'
import type { ReadOptions, TableSource } from '../types.ts'
import { type Inflate, type Unpacking, unpacked } from './gunzip.ts'
import { concat, peek, readStream } from './stream.ts'

/** Bytes to read, with the name that errors use. */
export interface ByteSource {
  name: string
  /** Where the file lies, where it is one. */
  path?: string
  /** Bytes in all, where known. */
  size?: number
  /** The bytes, piece by piece. */
  chunks: AsyncIterator<Uint8Array>
  /** The same without a copy: puts the next bytes into the room and says how many; 0 at the end. */
  fill?(room: Uint8Array): number
  /** Lets other work run now and then between two fills. */
  pause?(): Promise<void> | undefined
  /** Called after the last byte: throws where what was read cannot be trusted. */
  done?(): Promise<void>
  /** Lets go of whatever is open; there may be bytes left. Not to be waited for while a chunk is. */
  close(): Promise<void>
}

const CHECK = 'Check the address and the network.'

/** Opens bytes, blobs, streams and http(s) URLs: everything that needs no file system. */
export async function openSource(source: TableSource, options: ReadOptions, inflate: Inflate): Promise<ByteSource> {
  const { signal, onBytes, maxRatio } = options
  if (typeof source !== 'string' && !isA(source, 'URL')) {
    const { name = 'input' } = options
    return streamed(tapped(chunksOf(source), name, onBytes), { name, inflate, maxRatio })
  }
  const name = options.name ?? String(source)
  const { maxBytes = 2 ** 33, stallTimeout = 60_000 } = options
  const exceeded = limitError(name)
  const { response, chunks } = await fetchWithin(source, { signal, maxBytes, stallTimeout, exceeded }).catch(
    (cause: Error) => {
      signal?.throwIfAborted()
      if (cause instanceof DataError) throw cause
      // The inner error tells more than `fetch failed`.
      const reason = String(cause.cause ?? cause)
      const about = { params: { reason }, file: name, problem: `cannot be fetched (${reason})`, advice: CHECK }
      throw new DataError({ code: 'DATA_FETCH_FAILED', ...about }, { cause })
    },
  )
  if (response.ok && response.body) {
    const unpacked = streamed(tapped(chunks, name, onBytes), { name, inflate, maxRatio })
    return { ...unpacked, chunks: counted(unpacked.chunks, { maxBytes, exceeded }) }
  }
  const found = `HTTP ${response.status} ${response.statusText}`.trim()
  const about = { params: { status: response.status }, file: name, expected: 'a file', found, advice: CHECK }
  throw new DataError({ code: 'DATA_FETCH_FAILED', ...about })
}

/** Makes the error about an address that gives more than is allowed, or nothing for too long. */
const limitError =
  (file: string): Exceeded =>
  (option, limit) =>
    new DataError({
      code: 'DATA_FETCH_LIMIT',
      params: { option, limit },
      file,
      problem: `exceeds ${option} (${limit})`,
    })

/** A source of chunks, unpacked if they are gzip. */
export function streamed(chunks: AsyncIterator<Uint8Array>, how: Unpacking): ByteSource {
  const bytes = unpacked(chunks, how)
  // The inner one first, as the outer one may be waiting for it.
  const close = async () => {
    await Promise.all([chunks.return?.(), bytes.return(undefined)]).catch(() => {})
  }
  return { name: how.name, chunks: bytes, close }
}

/** The same chunks, of which somebody may be told. */
export function tapped(
  chunks: AsyncIterator<Uint8Array>,
  name: string,
  onBytes: ReadOptions['onBytes'],
): AsyncIterator<Uint8Array> {
  if (!onBytes) return chunks
  return {
    async next() {
      const found = await chunks.next()
      if (!found.done) onBytes(name, found.value)
      return found
    },
    return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
  }
}

function chunksOf(source: Exclude<TableSource, string | URL>): AsyncIterator<Uint8Array> {
  if (isA(source, 'Uint8Array')) return once(source)
  if (isA(source, 'ArrayBuffer')) return once(new Uint8Array(source))
  if (isA(source, 'Blob', 'File')) return readStream(source.stream())
  if (typeof source === 'object' && source !== null) {
    if ('getReader' in source) return readStream(source)
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
  }
  const [expected, found] = [
    'a path, a URL, bytes, a blob or a stream of bytes',
    source === null ? 'null' : typeof source,
  ]
  throw new DataError({ code: 'DATA_SOURCE_INVALID', expected, found })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** All that a source has after `first`. Closes the source. */
export async function allBytes(source: ByteSource, first?: Uint8Array): Promise<Uint8Array> {
  try {
    const { bytes } = await peek(source.chunks, Number.POSITIVE_INFINITY)
    await source.done?.()
    return first ? concat([first, bytes]) : bytes
  } finally {
    await source.close()
  }
}
