import { DataError } from '../error.ts'

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
  if (zero0 !== 0 || zero1 !== 0 || type !== UNSIGNED_BYTE || rank === 0) {
    const found = bytes.subarray(0, 4).join(' ') || 'nothing'
    const expected = 'an IDX file of unsigned bytes (it begins with 0 0 8)'
    throw new DataError({ file: name, expected, found, ...(zero0 === 0x1f && { advice: 'Unpack the gzip first.' }) })
  }
  const start = 4 + 4 * rank
  const count = Math.min(rank, Math.floor(bytes.length / 4) - 1)
  const dims = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i))
  const size = dims.reduce((product, dim) => product * dim, 1)
  if (count < rank || bytes.length !== start + size) {
    const [found, expected] = [`${bytes.length} bytes`, `${start + size} bytes for ${dims.join(' × ')}`]
    throw new DataError({ file: name, expected, found, advice: 'The file is cut short or damaged: fetch it again.' })
  }
  return { dims, data: bytes.subarray(start) }
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
