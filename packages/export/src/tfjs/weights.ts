import type { Tensor } from '@pixelrow/onnx'
import { fromHalf } from '../../../../common/half.ts'
import { short } from '../../../../common/short.ts'
import { sourceError } from '../error.ts'

/** A weight's entry in a manifest, of unknown content. */
interface Spec {
  name: string
  shape: number[]
  dtype: string
  quantization?: { dtype?: unknown; scale?: unknown; min?: unknown }
}

/** Reads the tensors of one group of a manifest out of its shards' bytes, one after the other, by name and in order. */
export function readWeights(specs: unknown, bytes: Uint8Array, from: string): [name: string, tensor: Tensor][] {
  if (!Array.isArray(specs)) throw sourceError(`${from}: its list of weights is missing.`)
  let offset = 0
  const tensors = specs.map((entry): [string, Tensor] => {
    const spec = specOf(entry, from)
    const { tensor, length } = readTensor(spec, bytes.subarray(offset), `${from}: weight ${short(spec.name, 60)}`)
    offset += length
    return [spec.name, tensor]
  })
  if (offset !== bytes.length)
    throw sourceError(`${from}: the weights take ${offset} bytes, found ${bytes.length}. Are all shards of this model?`)
  return tensors
}

function specOf(entry: unknown, from: string): Spec {
  const { name, shape, dtype, quantization } = (entry ?? {}) as Partial<Spec>
  const sizes = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  if (typeof name === 'string' && sizes && typeof dtype === 'string')
    return { name, shape, dtype, ...(quantization && { quantization }) }
  throw sourceError(`${from}: a weight is ${JSON.stringify(entry)?.slice(0, 80)}; expected name, shape and dtype.`)
}

const widths: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  complex64: 8,
}

function readTensor({ shape, dtype, quantization }: Spec, rest: Uint8Array, subject: string) {
  const size = shape.reduce((product, dim) => product * dim, 1)
  if (dtype === 'string') return { tensor: unreadable(shape), length: stringsLength(rest, size, subject) }
  const stored = quantization ? quantization.dtype : dtype
  if (typeof stored !== 'string') throw sourceError(`${subject}: its quantization lacks dtype.`)
  const width = Object.hasOwn(widths, stored) ? widths[stored]! : 0
  if (!width)
    throw sourceError(
      `${subject}: dtype ${short(stored, 40)} is not known; expected ${Object.keys(widths).join(', ')}.`,
    )
  const length = size * width
  if (length > rest.length)
    throw sourceError(`${subject}: takes ${length} bytes, found ${rest.length}. Is the file cut, or a shard missing?`)
  if (dtype === 'complex64') return { tensor: unreadable(shape), length }
  const numbers = arrayOf(stored, rest.slice(0, length))
  return {
    tensor: tensorOf(shape, dtype, quantization ? restored(numbers, quantization, dtype, subject) : numbers),
    length,
  }
}

/** Texts and complex numbers stand in some files, but no operator here computes with them. */
function unreadable(shape: readonly number[]): Tensor {
  return { dataType: 'string', dims: shape, data: [] }
}

type Numbers = Float32Array | Int32Array | Uint8Array | Uint16Array

function arrayOf(dtype: string, { buffer }: Uint8Array): Numbers {
  if (dtype === 'float32') return new Float32Array(buffer as ArrayBuffer)
  if (dtype === 'int32') return new Int32Array(buffer as ArrayBuffer)
  if (dtype === 'uint16') return new Uint16Array(buffer as ArrayBuffer)
  if (dtype === 'float16') return Float32Array.from(new Uint16Array(buffer as ArrayBuffer), fromHalf)
  return new Uint8Array(buffer as ArrayBuffer)
}

function tensorOf(dims: readonly number[], dtype: string, numbers: Numbers): Tensor {
  if (dtype === 'int32') return { dataType: 'int32', dims, data: Int32Array.from(numbers) }
  if (dtype === 'bool') return { dataType: 'bool', dims, data: Uint8Array.from(numbers) }
  return { dataType: 'float32', dims, data: numbers instanceof Float32Array ? numbers : Float32Array.from(numbers) }
}

/** stored × scale + min, as tfjs computes it: in double precision, rounded once. */
function restored(
  numbers: Numbers,
  { dtype, scale, min }: NonNullable<Spec['quantization']>,
  kind: string,
  subject: string,
): Numbers {
  if (dtype === 'float16') return numbers
  if (typeof scale !== 'number' || typeof min !== 'number')
    throw sourceError(`${subject}: its quantization lacks scale or min.`)
  if (kind === 'int32') return Int32Array.from(numbers, (value) => Math.round(value * scale + min))
  return Float32Array.from(numbers, (value) => value * scale + min)
}

/** Each text stands behind its length in 4 bytes. */
function stringsLength(bytes: Uint8Array, count: number, subject: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let text = 0; text < count; text++) {
    if (at + 4 > bytes.length) throw sourceError(`${subject}: its texts end beyond the file.`)
    at += 4 + view.getUint32(at, true)
  }
  if (at > bytes.length) throw sourceError(`${subject}: its texts end beyond the file.`)
  return at
}
