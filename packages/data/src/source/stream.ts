/** A web stream's chunks, also where streams cannot be iterated over (Safari); `return` ends a `next` that is still waiting. */
export function readStream(stream: ReadableStream<Uint8Array>): AsyncIterableIterator<Uint8Array> {
  const reader = stream.getReader()
  return {
    next: async () => (await reader.read()) as IteratorResult<Uint8Array>,
    async return() {
      await reader.cancel().catch(() => {})
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** The next bytes, at least `count` of them unless there are no more (`last`). */
export async function peek(
  chunks: AsyncIterator<Uint8Array>,
  count: number,
): Promise<{ bytes: Uint8Array; last: boolean }> {
  const parts: Uint8Array[] = []
  let [size, last] = [0, false]
  while (size < count && !last) {
    const next = await chunks.next()
    last = next.done === true
    if (next.done) break
    size += next.value.length
    // A source may use its buffer again for the next chunk.
    parts.push(size < count ? new Uint8Array(next.value) : next.value)
  }
  return { bytes: parts.length === 1 ? parts[0]! : concat(parts), last }
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

/** What a promise gives, unless the signal comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
