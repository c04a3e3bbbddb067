import { isA } from '../../../../common/kinds.ts'
import { listOf, text } from '../../../../common/options.ts'
import { check, checkValue, word } from '../options.ts'
import { type Idx, parsed, UNSIGNED_BYTE } from './parse.ts'

const sizes = (dims: unknown) => listOf('a list of whole numbers 0..4294967295', word)(dims)

/**
 * Reads an IDX file of unsigned bytes (MNIST's own format): big-endian `0 0 type rank`, the dimensions, the data.
 * Throws a DataError for another element type, a wrong magic number, or a length that does not match the dimensions.
 */
export function readIdx(bytes: Uint8Array, options: { name?: string } = {}): Idx {
  check('readIdx', options, { name: text })
  if (!isA(bytes, 'Uint8Array')) checkValue('readIdx', 'bytes', bytes, () => 'a Uint8Array')
  return parsed(bytes, options.name ?? 'input')
}

/** An IDX file of unsigned bytes with these dimensions. Throws a DataError where the data does not fill them. */
export function writeIdx(dims: readonly number[], data: Uint8Array): Uint8Array {
  checkValue('writeIdx', 'dims', dims, sizes)
  const size = dims.reduce((product, dim) => product * dim, 1)
  const fits = isA(data, 'Uint8Array') && data.length === size
  if (!fits) checkValue('writeIdx', 'data', data, () => `a Uint8Array of ${size} bytes, for ${dims.join(' × ')}`)
  const bytes = new Uint8Array(4 + 4 * dims.length + size)
  bytes.set([0, 0, UNSIGNED_BYTE, dims.length])
  const view = new DataView(bytes.buffer)
  for (const [i, dim] of dims.entries()) view.setUint32(4 + 4 * i, dim)
  bytes.set(data, 4 + 4 * dims.length)
  return bytes
}
