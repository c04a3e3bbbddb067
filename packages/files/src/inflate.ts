import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import type { Codec } from './types.ts'

const chunkSize = 1 << 17

/** Node's own zlib. */
export const nodeCodec: Codec = { crc32, inflate, inflateAll }

async function* inflate(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let given = 0
  async function* counted() {
    for await (const chunk of packed) {
      given += chunk.length
      yield chunk
    }
  }
  const inflater = createInflateRaw({ chunkSize })
  // Errors, the source's too, come out of the iteration.
  const source = Readable.from(counted())
  pipeline(source, inflater, () => {})
  try {
    yield* inflater
    // zlib stops at the end of the stream, whatever follows.
    if (inflater.bytesWritten !== given || !source.readableEnded)
      throw new Error('bytes after the end of its packed data')
  } finally {
    source.destroy()
    inflater.destroy()
  }
}

function inflateAll(packed: Uint8Array, size: number): Uint8Array {
  const result: unknown = inflateRawSync(packed, { maxOutputLength: size + 1, info: true })
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
  if (engine.bytesWritten !== packed.length) throw new Error('bytes after the end of its packed data')
  return buffer
}
