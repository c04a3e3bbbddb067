import { DataError } from './error.ts'
import type { TableSource } from './types.ts'

/** Bytes as they come, with the name that errors use. */
export interface ByteSource {
  name: string
  chunks: AsyncIterable<Uint8Array>
}

/** Opens bytes, blobs, streams and http(s) URLs: everything that needs no file system. */
export async function openSource(
  source: TableSource,
  name: string | undefined,
  signal?: AbortSignal,
): Promise<ByteSource> {
  if (typeof source === 'string' || source instanceof URL)
    return openUrl(String(source), name ?? String(source), signal)
  const chunks = chunksOf(source)
  return { name: name ?? 'input', chunks }
}

async function openUrl(url: string, name: string, signal?: AbortSignal): Promise<ByteSource> {
  const response = await fetch(url, signal ? { signal } : {}).catch((cause: unknown) => {
    signal?.throwIfAborted()
    throw new DataError(
      { file: name, problem: `cannot be fetched (${reason(cause)})`, advice: 'Check the address and the network.' },
      { cause },
    )
  })
  if (!response.ok || !response.body) {
    throw new DataError({
      file: name,
      expected: 'an answer with the file',
      found: `HTTP ${response.status} ${response.statusText}`.trim(),
    })
  }
  return { name, chunks: chunksOf(response.body) }
}

function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause ? cause.cause : cause
  return inner instanceof Error ? inner.message : String(inner)
}

async function* chunksOf(source: Exclude<TableSource, string | URL>): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source
  else if (source instanceof ArrayBuffer) yield new Uint8Array(source)
  else if (source instanceof Blob) yield* chunksOf(source.stream())
  else if (Symbol.asyncIterator in source) yield* source
  else yield* readStream(source as ReadableStream<Uint8Array>)
}

/** A web stream's chunks, where streams cannot be iterated over (Safari). */
async function* readStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel().catch(() => {})
  }
}
