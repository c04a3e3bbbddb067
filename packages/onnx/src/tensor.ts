import { kindOf } from '../../../common/kinds.ts'
import { dataLength, storages } from './datatypes.ts'
import { OnnxError } from './error.ts'
import type { DataType, Tensor, TensorData } from './types.ts'

type Numbers = number | ArrayLike<number>
type Integers = number | bigint | ArrayLike<number | bigint>

/** The number of elements of a shape: the product of its sizes, 1 for `[]`. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1)
}

/**
 * A tensor of any element type. Data already in the type's array is kept, not copied; other lists are converted.
 * @param values elements in row-major order, or one bare value for a scalar.
 * @param dims default `[]` for a bare value, else one dimension of the list's length.
 * @throws OnnxError when `dims` do not multiply to the number of values.
 */
export function tensor(
  dataType: DataType,
  values: Integers | string | readonly string[] | readonly boolean[] | TensorData,
  dims?: readonly number[],
): Tensor {
  const bare = typeof values !== 'object'
  const data = convert(dataType, bare ? [values] : (values as ArrayLike<unknown>))
  const shape = dims ?? (bare ? [] : [data.length])
  if (dataLength(dataType, sizeOf(shape)) !== data.length) {
    const params = { dataType, dims: shape, expected: sizeOf(shape), found: data.length }
    const message = `${dataType}[${shape.join()}] holds ${params.expected} elements, found ${data.length} values`
    throw new OnnxError(message, { params })
  }
  return { dataType, dims: shape, data }
}

function convert(dataType: DataType, values: ArrayLike<unknown>): TensorData {
  const { array, bits } = storages[dataType]
  if (!array) return Array.from(values, String)
  if (kindOf(values) === array.name) return values as TensorData
  const big = bits === 64 && dataType !== 'float64' && dataType !== 'complex64'
  const list = Array.from(values, (value) => (big ? BigInt(value as number) : Number(value)))
  return (array as unknown as { from(list: unknown[]): TensorData }).from(list)
}

/** A float32 tensor; a Float32Array is kept, not copied. `dims` default to `[]` for a bare number, else to the length. */
export const float32 = (values: Numbers, dims?: readonly number[]): Tensor => tensor('float32', values, dims)

/** A float64 tensor; a Float64Array is kept, not copied. `dims` default to `[]` for a bare number, else to the length. */
export const float64 = (values: Numbers, dims?: readonly number[]): Tensor => tensor('float64', values, dims)

/** An int64 tensor from numbers or bigints; a BigInt64Array is kept. `dims` default to `[]` for a bare number, else to the length. */
export const int64 = (values: Integers, dims?: readonly number[]): Tensor => tensor('int64', values, dims)

/** An int32 tensor; an Int32Array is kept, not copied. `dims` default to `[]` for a bare number, else to the length. */
export const int32 = (values: Numbers, dims?: readonly number[]): Tensor => tensor('int32', values, dims)

/** A uint8 tensor; a Uint8Array is kept, not copied. `dims` default to `[]` for a bare number, else to the length. */
export const uint8 = (values: Numbers, dims?: readonly number[]): Tensor => tensor('uint8', values, dims)

/** An int8 tensor; an Int8Array is kept, not copied. `dims` default to `[]` for a bare number, else to the length. */
export const int8 = (values: Numbers, dims?: readonly number[]): Tensor => tensor('int8', values, dims)

/** A bool tensor, one byte an element. `dims` default to `[]` for a bare value, else to the length. */
export const bool = (values: boolean | readonly boolean[] | Uint8Array, dims?: readonly number[]): Tensor =>
  tensor('bool', typeof values === 'boolean' ? Number(values) : values, dims)
