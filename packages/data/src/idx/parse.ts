import { bytesAsNumbers, type Numbers, sizesOf } from '../arrays/numbers.ts'
import { DataError } from '../error.ts'

/** What IDX calls the type of its elements. */
export const UNSIGNED_BYTE = 0x08

/** What is in an IDX file. */
export interface Idx {
  dims: number[]
  /** A view of the file's bytes. */
  data: Uint8Array
}

/** The dimensions and the data of an IDX file; `name` is what errors call it. */
export function parsed(bytes: Uint8Array, name: string): Idx {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [zero0, zero1, type, rank = 0] = bytes
  if (zero0 !== 0 || zero1 !== 0 || type !== UNSIGNED_BYTE || rank === 0) {
    const found = bytes.subarray(0, 4).join(' ') || 'nothing'
    const expected = 'an IDX file of unsigned bytes (it begins with 0 0 8)'
    const gzip = zero0 === 0x1f
    const about = { params: { gzip }, file: name, expected, found, ...(gzip && { advice: 'Unpack the gzip first.' }) }
    throw new DataError({ code: 'DATA_IDX_INVALID', ...about })
  }
  const start = 4 + 4 * rank
  const count = Math.min(rank, Math.floor(bytes.length / 4) - 1)
  const dims = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i))
  // Beyond what a number holds exactly there is no file, and 0 times infinity is no number.
  const size = dims.includes(0) ? 0 : dims.reduce((product, dim) => product * dim, 1)
  if (count < rank || bytes.length !== start + size) {
    const needed = Number.isSafeInteger(size) ? `${start + size} bytes` : 'more bytes than any file has'
    const whole = `${needed} for ${sizesOf(dims)}`
    const expected = count < rank ? `at least ${start} bytes for ${rank} dimensions` : whole
    const found = `${bytes.length} bytes`
    const advice = 'The file is cut short or damaged: fetch it again.'
    throw new DataError({ code: 'DATA_FILE_DAMAGED', file: name, expected, found, advice })
  }
  return { dims, data: bytes.subarray(start) }
}

/** The array in an IDX file of unsigned bytes. */
export function idxNumbers(bytes: Uint8Array, file: string): Numbers {
  const { dims, data } = parsed(bytes, file)
  return bytesAsNumbers(dims, data)
}
