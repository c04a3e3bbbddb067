import { DataError } from './error.ts'

/** Unpacks chunks that begin with gzip's magic number; others pass through as they are. */
export async function* gunzipped(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const { first, rest } = await peek(chunks, 2)
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield first
    yield* rest
    return
  }
  yield* inflate(joined(first, rest), file)
}

async function* inflate(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  let failed: unknown
  const packed = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await source.next()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      } catch (error) {
        failed = error
        controller.error(error)
      }
    },
    async cancel() {
      await source.return?.()
    },
  })
  const reader = packed
    .pipeThrough(new DecompressionStream('gzip') as never as TransformStream<Uint8Array, Uint8Array>)
    .getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } catch (cause) {
    if (failed) throw failed
    const advice = 'The file is cut short or damaged: fetch it again.'
    throw new DataError(
      { file, problem: 'is gzip that cannot be unpacked', found: 'damaged gzip', expected: 'gzip', advice },
      { cause },
    )
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** The first chunk of at least `count` bytes (fewer only where there are no more), and the chunks after it. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ first: Uint8Array; rest: AsyncIterable<Uint8Array>; last: boolean }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const parts: Uint8Array[] = []
  let [size, last] = [0, false]
  while (size < count && !last) {
    const next = await iterator.next()
    last = next.done === true
    if (next.done) break
    parts.push(next.value)
    size += next.value.length
  }
  const rest = { [Symbol.asyncIterator]: () => iterator }
  return { first: parts.length === 1 ? parts[0]! : concat(parts), rest, last }
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  yield* rest
}

/** One array of all parts. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
