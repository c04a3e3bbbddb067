// Inflating alone, in pieces that are dropped; of all sizes this one takes the least time.
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

export async function read(path) {
  let bytes = 0
  const chunks = createReadStream(path, { highWaterMark: 1 << 18 }).pipe(createGunzip({ chunkSize: 1 << 19 }))
  for await (const chunk of chunks) bytes += chunk.length
  return { bytes }
}
