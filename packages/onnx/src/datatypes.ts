import { kindOf } from '../../../common/kinds.ts'
import { OnnxError } from './error.ts'
import type { DataType, TensorData } from './types.ts'

type ArrayClass =
  | typeof Float32Array
  | typeof Float64Array
  | typeof Uint8Array
  | typeof Int8Array
  | typeof Uint16Array
  | typeof Int16Array
  | typeof Int32Array
  | typeof Uint32Array
  | typeof BigInt64Array
  | typeof BigUint64Array

/** How one element type is stored. */
export interface Storage {
  /** TensorProto.DataType's number. */
  code: number
  /** Bits of one element in `raw_data`; 0 for strings. */
  bits: number
  /** The array that holds `data`; undefined for strings. */
  array: ArrayClass | undefined
  /** TensorProto's typed field. */
  field: string
}

/** Name, number, bits, array and typed field of every element type of TensorProto.DataType. */
export const storages: Readonly<Record<DataType, Storage>> = {
  undefined: { code: 0, bits: 8, array: Uint8Array, field: '' },
  float32: { code: 1, bits: 32, array: Float32Array, field: 'float_data' },
  uint8: { code: 2, bits: 8, array: Uint8Array, field: 'int32_data' },
  int8: { code: 3, bits: 8, array: Int8Array, field: 'int32_data' },
  uint16: { code: 4, bits: 16, array: Uint16Array, field: 'int32_data' },
  int16: { code: 5, bits: 16, array: Int16Array, field: 'int32_data' },
  int32: { code: 6, bits: 32, array: Int32Array, field: 'int32_data' },
  int64: { code: 7, bits: 64, array: BigInt64Array, field: 'int64_data' },
  string: { code: 8, bits: 0, array: undefined, field: 'string_data' },
  bool: { code: 9, bits: 8, array: Uint8Array, field: 'int32_data' },
  float16: { code: 10, bits: 16, array: Uint16Array, field: 'int32_data' },
  float64: { code: 11, bits: 64, array: Float64Array, field: 'double_data' },
  uint32: { code: 12, bits: 32, array: Uint32Array, field: 'uint64_data' },
  uint64: { code: 13, bits: 64, array: BigUint64Array, field: 'uint64_data' },
  complex64: { code: 14, bits: 64, array: Float32Array, field: 'float_data' },
  complex128: { code: 15, bits: 128, array: Float64Array, field: 'double_data' },
  bfloat16: { code: 16, bits: 16, array: Uint16Array, field: 'int32_data' },
  float8e4m3fn: { code: 17, bits: 8, array: Uint8Array, field: 'int32_data' },
  float8e4m3fnuz: { code: 18, bits: 8, array: Uint8Array, field: 'int32_data' },
  float8e5m2: { code: 19, bits: 8, array: Uint8Array, field: 'int32_data' },
  float8e5m2fnuz: { code: 20, bits: 8, array: Uint8Array, field: 'int32_data' },
  uint4: { code: 21, bits: 4, array: Uint8Array, field: 'int32_data' },
  int4: { code: 22, bits: 4, array: Uint8Array, field: 'int32_data' },
  float4e2m1: { code: 23, bits: 4, array: Uint8Array, field: 'int32_data' },
  float8e8m0: { code: 24, bits: 8, array: Uint8Array, field: 'int32_data' },
  uint2: { code: 25, bits: 2, array: Uint8Array, field: 'int32_data' },
  int2: { code: 26, bits: 2, array: Uint8Array, field: 'int32_data' },
  float6e2m3: { code: 27, bits: 6, array: Uint8Array, field: 'int32_data' },
  float6e3m2: { code: 28, bits: 6, array: Uint8Array, field: 'int32_data' },
}

const names = new Map(Object.entries(storages).map(([name, { code }]) => [code, name as DataType]))

/** The element type of TensorProto.DataType's number; `'undefined'` for one that is not known. */
export function dataTypeOf(code: number): DataType {
  return names.get(code) ?? 'undefined'
}

/** TensorProto.DataType's number of an element type, which is also the value of Cast's `to`. */
export function dataTypeCode(dataType: DataType): number {
  return storages[dataType].code
}

/** The number of entries that `data` must have for `size` elements. */
export function dataLength(dataType: DataType, size: number): number {
  const { bits, array } = storages[dataType]
  return array ? Math.ceil((size * bits) / (8 * array.BYTES_PER_ELEMENT)) : size
}

/** Throws unless `data` is the array that `dataType` is kept in. */
export function assertData(subject: string, dataType: DataType, data: TensorData): void {
  const expected = storages[dataType].array
  if (expected ? kindOf(data) === expected.name : Array.isArray(data)) return
  const found = Array.isArray(data) ? 'an array' : (data?.constructor?.name ?? String(data))
  const kept = expected?.name ?? 'an array of strings'
  const params = { subject, dataType, expected: kept, found }
  throw new OnnxError(`${subject}: ${dataType} data is kept in ${kept}, found ${found}`, { params })
}
