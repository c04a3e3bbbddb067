import { DataError } from '../error.ts'
import { peek, readStream } from './stream.ts'

/** Unpacks gzip. Damage must come out as an error that is no DataError. */
export type Inflate = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>

/** Up to so many unpacked bytes nobody asks what they were packed in. */
const FREE = 1 << 24

/** The most that gzip is unpacked to, as often as what it was packed in. */
export const MOST_RATIO = 200

/** How chunks are unpacked, and the name that errors use. */
export interface Unpacking {
  name: string
  inflate: Inflate
  maxRatio?: number | undefined
}

/** Unpacks chunks that begin with gzip's magic number; others pass through as they are. */
export async function* unpacked(
  chunks: AsyncIterator<Uint8Array>,
  { name: file, inflate, maxRatio = MOST_RATIO }: Unpacking,
): AsyncGenerator<Uint8Array> {
  let [packed, broken]: [number, unknown] = [0, undefined]
  const next = () =>
    chunks.next().catch((error: unknown) => {
      broken = error
      throw error
    })
  async function* all(first: Uint8Array, copy: boolean): AsyncGenerator<Uint8Array> {
    for (let chunk = first; ; ) {
      packed += chunk.length
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
    if (!isGzip) yield* chunked
    else
      yield* bounded(
        explained(inflate(chunked), file, () => broken),
        { file, maxRatio, packed: () => packed },
      )
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

/** Ends with an error where so few bytes unpack to so many that nobody packed a table. */
async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  { file, maxRatio, packed }: { file: string; maxRatio: number; packed: () => number },
) {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > FREE && bytes > maxRatio * packed()) {
      const problem = `unpacks to more than ${maxRatio} times its bytes, as gzip bombs do`
      const about = { params: { option: 'maxRatio', limit: maxRatio }, file, problem } as const
      throw new DataError({ code: 'DATA_GZIP_LIMIT', ...about, advice: 'If you trust the file, unpack it first.' })
    }
    yield chunk
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
