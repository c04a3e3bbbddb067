import { assertData, dataTypeCode, dataTypeOf, storages } from './datatypes.ts'
import { OnnxError } from './error.ts'
import { bytesOf, list, optionalText, type Part, putter, same, taker } from './fields.ts'
import { safeNumber } from './typeproto.ts'
import type { DataType, FieldValue, Message, Tensor, TensorData } from './types.ts'

const EXTERNAL = 1
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

const dataTypePart: Part<DataType> = {
  from: (value) => dataTypeOf(Number(value ?? 0)),
  to: (value) => dataTypeCode(value) || undefined,
}

const dimsPart: Part<readonly number[]> = {
  from: (value) => ((value as FieldValue[]) ?? []).map((dim) => safeNumber('a dimension of a tensor', dim)),
  to: list,
}

/** Strings as bytes; bytes that are not UTF-8 read with replacement characters. */
export const textsPart: Part<readonly string[]> = {
  from: (value) => ((value as Uint8Array[]) ?? []).map((bytes) => utf8.decode(bytes)),
  to: (value) => list(value.map((text) => encoder.encode(text))),
}

/** A tensor of a TensorProto. Data is a view of the file's bytes where their alignment allows it, else a copy. */
export function tensorFrom(message: Message): Tensor {
  const parts = taker(message)
  const name = parts.take('name', optionalText)
  const dataType = parts.take('data_type', dataTypePart)
  const dims = parts.take('dims', dimsPart)
  const subject = `tensor "${name ?? ''}"`
  const tensor: Tensor = { ...(name !== undefined && { name }), dataType, dims, data: [] }
  if (message.data_location === EXTERNAL) tensor.data = emptyOf(dataType)
  else if (message.raw_data !== undefined) {
    tensor.data = viewOf(subject, dataType, message.raw_data as Uint8Array)
    parts.drop('raw_data')
  } else if (dataType === 'string') tensor.data = [...parts.take('string_data', textsPart)]
  else {
    const { field } = storages[dataType]
    tensor.data = typedData(dataType, (message[field] as FieldValue[]) ?? [])
    tensor.typed = true
    parts.drop(field)
  }
  return Object.assign(tensor, parts.extra())
}

function emptyOf(dataType: DataType): TensorData {
  const { array } = storages[dataType]
  return array ? new array(0) : []
}

function viewOf(subject: string, dataType: DataType, bytes: Uint8Array): TensorData {
  const { array } = storages[dataType]
  if (!array)
    throw new OnnxError(`${subject}: strings in raw_data; they belong in string_data`, {
      params: { subject, dataType },
    })
  const width = array.BYTES_PER_ELEMENT
  if (bytes.length % width) {
    const message = `${subject}: ${bytes.length} bytes of raw_data are no whole number of ${dataType} elements`
    throw new OnnxError(message, { params: { subject, dataType, bytes: bytes.length } })
  }
  const { buffer, byteOffset } = bytes.byteOffset % width ? bytes.slice() : bytes
  return new array(buffer as ArrayBuffer, byteOffset, bytes.length / width)
}

function typedData(dataType: DataType, values: readonly FieldValue[]): TensorData {
  const { array, field } = storages[dataType]
  if (field === 'int64_data') return BigInt64Array.from(values as bigint[], BigInt)
  if (dataType === 'uint64') return BigUint64Array.from(values as bigint[], BigInt)
  return (array as typeof Float32Array).from(values as number[], Number) as TensorData
}

/** TensorProto of a tensor: its data in `raw_data`, or in the field of its type where `typed` says so. */
export function tensorTo(tensor: Tensor): Message {
  const { name, dataType, dims, data, typed, extra } = tensor
  const { put, set, message } = putter(extra)
  put('name', optionalText, name)
  put('data_type', dataTypePart, dataType)
  put('dims', dimsPart, dims)
  assertData(`tensor "${name ?? ''}"`, dataType, data)
  if (extra?.data_location === EXTERNAL) return message
  if (dataType === 'string') put('string_data', textsPart, data as string[])
  else if (!typed) set('raw_data', bytesOf(data as Float32Array))
  else if (data.length) set(storages[dataType].field, Array.from(data as Float32Array))
  return message
}

/** Whether two tensors have the same type, shape and elements, NaNs and the sign of zero by their bits. */
export function sameTensor(a: Tensor, b: Tensor): boolean {
  return a.dataType === b.dataType && same(a.dims, b.dims) && same(a.data, b.data)
}
