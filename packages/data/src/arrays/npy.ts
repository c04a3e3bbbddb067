import { fromHalf } from '../../../../common/half.ts'
import { short } from '../../../../common/short.ts'
import { DataError } from '../error.ts'
import { bytesAsNumbers, elements, type Numbers, sizesOf } from './numbers.ts'

/** Reads one element at a place in a file. */
type Read = (view: DataView, at: number, little: boolean) => number

const whole64 = (high: 'getInt32' | 'getUint32'): Read => {
  // By halves, as numbers of 64 bits take several times as long.
  return (view, at, little) =>
    view[high](at + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(at + (little ? 0 : 4), little)
}

/** The types of elements that are numbers, as `descr` names them without the byte order. */
const readers: Readonly<Record<string, Read>> = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: whole64('getUint32'),
  i8: whole64('getInt32'),
  f2: (view, at, little) => fromHalf(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
}

/** What a file says of its array before the elements. */
interface Header {
  /** Type and byte order, such as `<f4`. */
  descr: string
  /** The first dimension varies fastest. */
  fortran: boolean
  dims: number[]
  /** Where the elements begin. */
  start: number
}

/**
 * The array in a `.npy` file, of versions 1 to 3 of NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): whole numbers and
 * floats of either byte order, booleans, and texts of a fixed length. Objects are refused, as only Python can make them again, by running what the file says.
 */
export function npyNumbers(bytes: Uint8Array, file: string): Numbers {
  const header = headerOf(bytes, file)
  const [, order = '', type = '', size = ''] = /^([<>|=]?)([a-zA-Z])(\d+)$/.exec(header.descr) ?? []
  const isText = type === 'U' || type === 'S'
  const read = isText ? undefined : readers[type + size]
  if (!read && !isText) refuseType(header.descr, file)
  const itemBytes = Number(size) * (type === 'U' ? 4 : 1)
  const { dims, start, fortran } = header
  const count = elements(dims)
  if (start + count * itemBytes !== bytes.length) {
    const needed = start + count * itemBytes
    const [expected, found] = [
      `${needed === Number.POSITIVE_INFINITY ? 'more bytes than any file has' : `${needed} bytes`} for ${sizesOf(dims)}`,
      `${bytes.length} bytes`,
    ]
    const advice = 'The file is cut short or damaged: fetch it again.'
    throw new DataError({ code: 'DATA_FILE_DAMAGED', file, expected, found, advice })
  }
  const data = fortran && dims.length > 1 ? rowByRow(bytes.subarray(start), dims, itemBytes) : bytes.subarray(start)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const little = order !== '>'
  if (isText) {
    const text = (index: number) => textAt(view, index * itemBytes, itemBytes, type === 'U' ? { little } : undefined)
    return { dims, isText: true, number: () => Number.NaN, text }
  }
  if (type + size === 'u1') return bytesAsNumbers(dims, data)
  const number = (index: number) => read!(view, index * itemBytes, little)
  const isLong = type + size === 'i8' || type + size === 'u8'
  const long = (index: number) =>
    String(type === 'i' ? view.getBigInt64(index * 8, little) : view.getBigUint64(index * 8, little))
  // Long numbers, which may be ids, keep all their digits.
  const isFloat = type === 'f' && ({ isFloat: true } as const)
  return { dims, ...isFloat, number, text: isLong ? long : (index) => String(number(index)) }
}

/** `\x93NUMPY`, the version, the length of what follows, and a dictionary as Python writes it. */
function headerOf(bytes: Uint8Array, file: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6]!
  const sizeBytes = version === 1 ? 2 : 4
  const isKnown = isNpy(bytes) && version >= 1 && version <= 3 && bytes.length >= 8 + sizeBytes
  if (!isKnown) invalid('an array as numpy.save writes it (it begins with \\x93NUMPY)', file)
  const start = 8 + sizeBytes + (sizeBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (start > bytes.length || start > LONGEST_HEADER) invalid('a header that ends in the file', file)
  const text = new TextDecoder().decode(bytes.subarray(8 + sizeBytes, start)).trim()
  const descr = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(text)?.[2]
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1]
  // One class of characters, since a pattern of numbers would try each way to part their digits.
  const shape = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1]
  if (descr === undefined && /['"]descr['"]\s*:\s*\[/.test(text)) refuseType('several fields', file)
  if (descr === undefined || fortran === undefined || shape === undefined || !/^\{.*\}$/s.test(text)) {
    invalid("a header with 'descr', 'fortran_order' and 'shape'", file)
  }
  const sizes = shape.split(',').map((size) => size.trim())
  if (sizes.at(-1) === '') sizes.pop()
  if (!sizes.every((size) => /^\d+L?$/.test(size))) invalid("'shape' as numbers with commas between", file)
  const dims = sizes.map((size) => Number.parseInt(size, 10))
  return { descr, fortran: fortran === 'True', dims, start }
}

/** Longer ones, of thousands of fields, are no pixels; numpy.load itself refuses those above 10,000. */
const LONGEST_HEADER = 1 << 16

/** Whether a file begins as `.npy` files do. */
export const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, at) => bytes[at] === byte)

const MAGIC = [0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0))]

function invalid(expected: string, file: string): never {
  const advice = 'The file is cut short or damaged: fetch it again.'
  throw new DataError({ code: 'DATA_ARRAY_INVALID', file, expected, found: 'other bytes', advice })
}

function refuseType(type: string, file: string): never {
  const isObjects = /^[<>|=]?O/.test(type)
  const found = isObjects ? 'Python objects' : type === 'several fields' ? type : `elements of type '${short(type)}'`
  const advice = isObjects
    ? 'They are pickled, which runs code when it is read: save the array as numbers, e.g. numpy.save(name, numpy.stack(array).astype("uint8")).'
    : 'Save it as bytes: numpy.save(name, array.astype("uint8")).'
  const params = { type: isObjects ? 'object' : type }
  throw new DataError({ code: 'DATA_ARRAY_TYPE', params, file, expected: 'numbers', found, advice })
}

/** The elements of an array whose first dimension varies fastest, with the last one doing so. */
function rowByRow(data: Uint8Array, dims: readonly number[], itemBytes: number): Uint8Array {
  const out = new Uint8Array(data.length)
  const steps = dims.map((_, axis) => elements(dims.slice(0, axis)) * itemBytes)
  const index = dims.map(() => 0)
  for (let to = 0, from = 0; to < out.length; to += itemBytes) {
    for (let byte = 0; byte < itemBytes; byte++) out[to + byte] = data[from + byte]!
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      index[axis]!++
      if (index[axis]! < dims[axis]! || axis === 0) break
      from -= steps[axis]! * dims[axis]!
      index[axis] = 0
    }
  }
  return out
}

/** A text of a fixed length, filled with zeros: bytes, or numbers of letters of four bytes each. */
function textAt(view: DataView, at: number, length: number, letters: { little: boolean } | undefined): string {
  let text = ''
  for (let end = at + length; at < end; at += letters ? 4 : 1) {
    const letter = letters ? view.getUint32(at, letters.little) : view.getUint8(at)
    if (letter === 0) break
    text += letter > 0x10ffff ? '\ufffd' : String.fromCodePoint(letter)
  }
  return text
}
