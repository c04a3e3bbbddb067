import { DataError } from '../error.ts'
import { peek, readStream } from './stream.ts'

/** Unpacks gzip. Damage must come out as an error that is no DataError. */
export type Inflate = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/** Unpacks chunks that begin with gzip's magic number; others pass through as they are. */
export async function* unpacked(
  chunks: AsyncIterator<Uint8Array>,
  file: string,
  inflate: Inflate,
): AsyncGenerator<Uint8Array> {
  let broken: unknown
  const next = () =>
    chunks.next().catch((error: unknown) => {
      broken = error
      throw error
    })
  async function* all(first: Uint8Array, copy: boolean): AsyncGenerator<Uint8Array> {
    for (let chunk = first; ; ) {
      yield copy ? new Uint8Array(chunk) : chunk
      const { done, value } = await next()
      if (done) return
      chunk = value
    }
  }
  try {
    const { bytes } = await peek(chunks, 2)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    // An inflater reads ahead, and a source may use its buffer again for the next chunk.
    const chunked = all(bytes, isGzip)
    yield* isGzip ? explained(inflate(chunked), file, () => broken) : chunked
  } finally {
    await chunks.return?.()
  }
}

/** Says of what the inflater throws that the file is damaged, and of a source's own error nothing. */
async function* explained(chunks: AsyncIterable<Uint8Array>, file: string, broken: () => unknown) {
  try {
    yield* chunks
  } catch (cause) {
    if (broken()) throw broken()
    const advice = 'The file is cut short or damaged: fetch it again.'
    const detail = { code: 'DATA_FILE_DAMAGED', file, problem: 'is gzip that cannot be unpacked', advice } as const
    throw new DataError(detail, { cause })
  }
}

/** Unpacks with what every browser has. */
export function inflateInPage(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      const next = await source.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>)
    },
    cancel: async () => void (await source.return?.()),
  })
  return readStream(packed.pipeThrough(new DecompressionStream('gzip')))
}
