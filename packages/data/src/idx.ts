import { DataError } from './error.ts'

const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file of unsigned bytes (MNIST's own format): big-endian `0 0 type rank`, the dimensions, the data.
 * Throws a DataError for another element type, a wrong magic number, or a length that does not match the dimensions.
 */
export function readIdx(
  bytes: Uint8Array,
  { name = 'input' }: { name?: string } = {},
): { dims: number[]; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [zero0, zero1, type, rank = 0] = bytes
  if (zero0 === 0x1f && zero1 === 0x8b)
    throw new DataError({ file: name, problem: 'is gzip, not IDX', advice: 'Unpack it first.' })
  if (bytes.length < 4 || zero0 !== 0 || zero1 !== 0) {
    throw new DataError({
      file: name,
      expected: 'an IDX file (two zero bytes, type, rank)',
      found: hex(bytes.subarray(0, 4)),
    })
  }
  if (type !== UNSIGNED_BYTE) {
    throw new DataError({
      file: name,
      expected: 'elements of type 0x08 (unsigned byte)',
      found: `type ${hex(bytes.subarray(2, 3))}`,
    })
  }
  const start = 4 + 4 * rank
  if (rank === 0 || bytes.length < start) {
    throw new DataError({ file: name, expected: `${Math.max(rank, 1)} dimensions`, found: `${bytes.length} bytes` })
  }
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const size = dims.reduce((product, dim) => product * dim, 1)
  if (bytes.length !== start + size) {
    const [found, expected] = [`${bytes.length} bytes`, `${start + size} bytes for ${dims.join(' × ')}`]
    throw new DataError({ file: name, expected, found, advice: 'The file is cut short or damaged: fetch it again.' })
  }
  return { dims, data: bytes.subarray(start) }
}

function hex(bytes: Uint8Array): string {
  return bytes.length ? `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}` : 'nothing'
}

/** An IDX file of unsigned bytes with these dimensions. Throws a RangeError where the data does not fill them. */
export function writeIdx(dims: readonly number[], data: Uint8Array): Uint8Array {
  const size = dims.reduce((product, dim) => product * dim, 1)
  if (size !== data.length)
    throw new RangeError(`expected ${size} bytes for ${dims.join(' × ')}, found ${data.length}.`)
  const bytes = new Uint8Array(4 + 4 * dims.length + size)
  bytes.set([0, 0, UNSIGNED_BYTE, dims.length])
  const view = new DataView(bytes.buffer)
  for (const [i, dim] of dims.entries()) view.setUint32(4 + 4 * i, dim)
  bytes.set(data, 4 + 4 * dims.length)
  return bytes
}
