import { isA } from '../../../common/kinds.ts'
import { OnnxError } from './error.ts'
import { type Field, MAX_DEPTH, messageOf, schema } from './schema.ts'
import { type Sink, sink } from './sink.ts'
import type { FieldValue, Message } from './types.ts'

const utf8 = new TextEncoder()
const loneSurrogate = /\p{Surrogate}/u
const MAX_BYTES = 2 ** 31 - 1

/** The bytes of a message: fields in ascending order, then its unknown fields. Throws on values their field cannot hold. */
export function encodeMessage(type: string, message: Message): Uint8Array {
  const out = sink()
  putMessage(out, type, message, 1)
  if (out.length() > MAX_BYTES) {
    throw new OnnxError(
      `the model takes ${out.length()} bytes; protobuf ends at ${MAX_BYTES}: keep weights in files beside it`,
      { code: 'ONNX_TOO_LARGE', params: { bytes: out.length(), most: MAX_BYTES } },
    )
  }
  return out.finish()
}

function putMessage(out: Sink, type: string, message: Message, depth: number): void {
  if (depth > MAX_DEPTH)
    throw new OnnxError(`messages nested deeper than ${MAX_DEPTH}: subgraphs within subgraphs, or a cycle`, {
      params: { most: MAX_DEPTH },
    })
  const { fields, byName } = messageOf(type)
  for (const name of Object.keys(message)) {
    if (byName.has(name) || name === 'unknown') continue
    throw new OnnxError(`${type} has no field "${name}"`, { params: { message: type, field: name } })
  }
  if (message.unknown !== undefined) out.bytes(asBytes(`${type}.unknown`, message.unknown))
  for (let i = fields.length - 1; i >= 0; i--) {
    const value = message[fields[i]!.name]
    if (value !== undefined) putField(out, `${type}.${fields[i]!.name}`, fields[i]!, value, depth)
  }
}

function putField(out: Sink, path: string, field: Field, value: FieldValue, depth: number): void {
  if (!field.repeated) {
    putTagged(out, path, field, value, depth)
    return
  }
  if (!Array.isArray(value)) throw unfit(path, 'an array', value)
  if (field.packed && value.length === 0) return
  const before = out.length()
  for (let i = value.length - 1; i >= 0; i--) {
    if (field.packed) putScalar(out, path, field.type, value[i])
    else putTagged(out, path, field, value[i], depth)
  }
  if (!field.packed) return
  out.varint(out.length() - before)
  out.varint(field.number * 8 + 2)
}

function putTagged(out: Sink, path: string, field: Field, value: FieldValue, depth: number): void {
  const before = out.length()
  const nested = schema.has(field.type)
  if (nested) putMessage(out, field.type, asMessage(path, value), depth + 1)
  else putScalar(out, path, field.type, value)
  if (nested || field.type === 'string' || field.type === 'bytes') out.varint(out.length() - before)
  out.varint(field.number * 8 + wireType(field.type))
}

/** 0 varint, 1 eight bytes, 2 a length and bytes, 5 four bytes. */
export function wireType(type: string): 0 | 1 | 2 | 5 {
  if (type === 'float') return 5
  if (type === 'double') return 1
  return type === 'int32' || type === 'int64' || type === 'uint64' ? 0 : 2
}

function putScalar(out: Sink, path: string, type: string, value: FieldValue): void {
  if (type === 'string') out.bytes(encodeText(path, value))
  else if (type === 'bytes') out.bytes(asBytes(path, value))
  else if (type === 'float') out.bytes(new Uint8Array(Float32Array.of(asNumber(path, value)).buffer))
  else if (type === 'double') out.bytes(new Uint8Array(Float64Array.of(asNumber(path, value)).buffer))
  else out.varint(asInteger(path, type, value))
}

/** UTF-8 of a well-formed string; a lone surrogate has none. */
export function encodeText(path: string, value: FieldValue): Uint8Array {
  if (typeof value !== 'string') throw unfit(path, 'a string', value)
  if (loneSurrogate.test(value)) {
    const data = { params: { field: path, found: value } }
    throw new OnnxError(`${path}: half a surrogate pair in ${JSON.stringify(value)}`, data)
  }
  return utf8.encode(value)
}

const ranges: Record<string, [bigint, bigint]> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

function asInteger(path: string, type: string, value: FieldValue): number | bigint {
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value)
  const [low, high] = ranges[type]!
  if (exact && (value as number) >= low && (value as number) <= high) return value as number | bigint
  throw unfit(path, `an integer of ${type}`, value, '; a bigint beyond 2^53')
}

function asNumber(path: string, value: FieldValue): number {
  if (typeof value === 'number') return value
  throw unfit(path, 'a number', value)
}

function asBytes(path: string, value: FieldValue): Uint8Array {
  if (isA(value, 'Uint8Array')) return value
  throw unfit(path, 'a Uint8Array', value)
}

function asMessage(path: string, value: FieldValue): Message {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) && !isA(value, 'Uint8Array')
  if (plain) return value as Message
  throw unfit(path, 'an object', value)
}

/** The error about a value that its field cannot hold. */
function unfit(field: string, expected: string, value: unknown, hint = ''): OnnxError {
  const found = kind(value)
  return new OnnxError(`${field}: expected ${expected}, found ${found}${hint}`, { params: { field, expected, found } })
}

function kind(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : `${typeof value} ${String(value)}`
}
