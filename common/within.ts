// How far a server's answer is read. The build copies this file into each package that fetches, so that none needs another one for it.
import { number, type Rules } from './options.ts'

/** What a server may send. */
export interface Bounds {
  /** Most bytes of what an address gives, unpacked. */
  maxBytes?: number
  /** Milliseconds without a byte after which a connection counts as lost. */
  stallTimeout?: number
}

/** Makes an error of the bound that was exceeded. */
export type Exceeded = (option: keyof Bounds, limit: number) => Error

/** What is said of a bound that was exceeded: `it has more than 100 bytes, the limit of maxBytes`. */
export function excessOf(option: keyof Bounds, limit: number): string {
  const what =
    option === 'maxBytes' ? `it has more than ${limit} bytes` : `nothing comes for ${Math.ceil(limit / 1000)} s`
  return `${what}, the limit of ${option}`
}

interface Watch extends Required<Bounds> {
  signal?: AbortSignal | undefined
  exceeded: Exceeded
}

/** An answer, and its bytes as they come. */
export interface Fetched {
  response: Response
  chunks: AsyncIterator<Uint8Array>
}

/** A rule for each bound. */
export const boundRules = (): Rules<Bounds> => ({ maxBytes: number({ above: 0 }), stallTimeout: number({ above: 0 }) })

const over = { done: true, value: undefined } as const

/** Fetches an address within bounds. Throws what `exceeded` makes, the signal's reason, and what `fetch` throws. */
export async function fetchWithin(url: string | URL, watch: Watch): Promise<Fetched> {
  const { signal, stallTimeout, exceeded } = watch
  signal?.throwIfAborted()
  const ended = new AbortController()
  const end = () => ended.abort(signal?.reason)
  signal?.addEventListener('abort', end, { once: true })
  const leave = () => signal?.removeEventListener('abort', end)
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    const stalled = () => ended.abort(exceeded('stallTimeout', stallTimeout))
    // No timer waits longer than that.
    const timer = setTimeout(stalled, Math.min(stallTimeout, 2 ** 31 - 1))
    try {
      return await work
    } catch (error) {
      throw ended.signal.aborted ? ended.signal.reason : error
    } finally {
      clearTimeout(timer)
    }
  }
  const response = await inTime(fetch(url, { signal: ended.signal }))
  const reader = response.body?.getReader()
  const chunks: AsyncIterator<Uint8Array> = {
    async next() {
      const read = reader ? await inTime(reader.read()) : over
      if (read.done) leave()
      return read as IteratorResult<Uint8Array>
    },
    async return() {
      leave()
      await reader?.cancel().catch(() => {})
      return over
    },
  }
  return { response, chunks: counted(chunks, watch) }
}

/** The same chunks, as far as they are no more bytes than that. */
export function counted(
  chunks: AsyncIterator<Uint8Array>,
  { maxBytes, exceeded }: Pick<Watch, 'maxBytes' | 'exceeded'>,
): AsyncIterator<Uint8Array> {
  let bytes = 0
  return {
    async next() {
      const read = await chunks.next()
      bytes += read.done ? 0 : read.value.length
      if (bytes <= maxBytes) return read
      await chunks.return?.()
      throw exceeded('maxBytes', maxBytes)
    },
    return: async () => chunks.return?.() ?? over,
  }
}

/** All of an answer's bytes. */
export async function bytesWithin({ chunks }: Fetched): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (let read = await chunks.next(); !read.done; read = await chunks.next())
    parts.push(read.value as Uint8Array<ArrayBuffer>)
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}
