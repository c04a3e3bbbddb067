import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { attempt } from './reason.ts'

/** What a file's bytes are to add up to. */
export interface Checksum {
  algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512' | 'crc32c'
  /** In hexadecimal or base64; CRC-32C as four bytes, the highest first. */
  value: string
}

/** Compares a file's checksum with the expected one: both in hexadecimal. */
export async function checksumOf(
  path: string,
  { algorithm, value }: Checksum,
  signal?: AbortSignal,
): Promise<{ found: string; expected: string }> {
  const sum = algorithm === 'crc32c' ? crc32c() : createHash(algorithm)
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) })
  const read = async () => {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) sum.update(chunk)
  }
  await attempt(read(), { file: path, action: 'read' }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw error
  })
  const found = sum.digest('hex')
  const isHex = value.length === found.length && /^[\da-f]+$/i.test(value)
  return { found, expected: isHex ? value.toLowerCase() : Buffer.from(value, 'base64').toString('hex') }
}

/** Castagnoli's polynomial, reflected (RFC 3720, appendix B.4): what Google's storage sends for files that were put together from parts. */
const polynomial = 0x82f63b78

function crc32c() {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
    return rest
  })
  let crc = -1
  return {
    update(bytes: Uint8Array) {
      for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8)
    },
    digest: (_: 'hex') => (~crc >>> 0).toString(16).padStart(8, '0'),
  }
}
