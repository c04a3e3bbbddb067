/** Most bytes that wait to be taken. */
const limit = 1 << 22

/**
 * A body's chunks, read from now on whether they are taken or not, up to 4 MiB ahead. A stream that fails drops what it has not handed
 * out: read one by one between writes to a disk, a cut connection would cost the bytes that came before the cut.
 */
export function readAhead(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = []
  const reader = body.getReader()
  let waiting = 0
  let end: { error?: unknown } | undefined
  let isLeft = false
  let [onChunk, onRoom] = [() => {}, () => {}]

  const pump = async () => {
    while (!isLeft) {
      const { value } = await reader.read()
      if (!value) return
      chunks.push(value)
      waiting += value.length
      onChunk()
      while (waiting > limit && !isLeft)
        await new Promise<void>((resolve) => {
          onRoom = resolve
        })
    }
  }
  pump()
    .then(() => ({}))
    .catch((error: unknown) => ({ error }))
    .then((how) => {
      end = how
      onChunk()
    })

  async function* take() {
    try {
      for (;;) {
        const chunk = chunks.shift()
        if (chunk) {
          waiting -= chunk.length
          onRoom()
          yield chunk
        } else if (end) {
          if ('error' in end) throw end.error
          return
        } else
          await new Promise<void>((resolve) => {
            onChunk = resolve
          })
      }
    } finally {
      isLeft = true
      onRoom()
      void reader.cancel().catch(() => {})
    }
  }
  return take()
}
