import { wireType } from './encode.ts'
import { OnnxError } from './error.ts'
import { type Field, MAX_DEPTH, messageOf, schema } from './schema.ts'
import type { FieldValue, Message } from './types.ts'

/** Where reading is; offsets count from the file's start at every depth. */
interface Cursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  /** Fields that the schema does not have, joined at the end: a message that comes in many pieces must not cost more. */
  readonly unknown: Map<Message, Uint8Array[]>
  /** How many more objects may be made. */
  room: number
}

/**
 * Objects that any file may have, and bytes for each one beyond. An empty message takes two bytes of a file and a hundred
 * times that in memory; a real model of that many has weights too.
 */
const [freeObjects, bytesEach] = [1_000_000, 16]

/** Lists up to here may have their length set before they are filled. */
const longestSet = 2 ** 25

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The message that the bytes are. Bytes fields are views of them; fields that the schema does not have are kept in `unknown`.
 * Time and memory grow with the bytes alone, whatever sizes they claim.
 * @throws OnnxError with the byte offset where they are cut or no such message.
 */
export function decodeMessage(type: string, bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const message: Message = {}
  const unknown = new Map<Message, Uint8Array[]>()
  const room = freeObjects + bytes.length / bytesEach
  readMessage({ bytes, view, at: 0, unknown, room }, type, message, bytes.length, 1)
  for (const [owner, parts] of unknown) owner.unknown = joined(parts)
  return message
}

function fail(offset: number, reason: string): never {
  throw new OnnxError(`byte ${offset}: ${reason}; the file is damaged or no ONNX model`, {
    code: 'ONNX_DAMAGED',
    params: { reason },
    offset,
  })
}

function readMessage(cursor: Cursor, type: string, message: Message, end: number, depth: number): void {
  if (depth > MAX_DEPTH) fail(cursor.at, `messages nested deeper than ${MAX_DEPTH}`)
  const { byNumber } = messageOf(type)
  while (cursor.at < end) {
    const start = cursor.at
    const [number, wire] = readTag(cursor, end)
    const field = byNumber.get(number)
    if (field) readField(cursor, `${type}.${field.name}`, field, wire, message, end, depth)
    else {
      takeRoom(cursor, start)
      skip(cursor, number, wire, end, depth)
      keep(cursor, message, cursor.bytes.subarray(start, cursor.at))
    }
  }
}

function takeRoom(cursor: Cursor, offset: number): void {
  cursor.room--
  if (cursor.room < 0) fail(offset, 'more messages than a file of this size may have')
}

function keep({ unknown }: Cursor, message: Message, bytes: Uint8Array): void {
  const parts = unknown.get(message)
  if (parts) parts.push(bytes)
  else unknown.set(message, [bytes])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}

function readTag(cursor: Cursor, end: number): [number: number, wire: number] {
  const start = cursor.at
  const tag = readVarint(cursor, end)
  const number = Math.floor(Number(tag) / 8)
  if (tag >= 2 ** 32 || number === 0) fail(start, `${tag} is no field's tag`)
  return [number, Number(tag) % 8]
}

/** Passes over a field; a group, long deprecated, ends with a tag of its own number. */
function skip(cursor: Cursor, number: number, wire: number, end: number, depth: number): void {
  const start = cursor.at
  if (wire === 0) readVarint(cursor, end)
  else if (wire === 1) advance(cursor, 8, end)
  else if (wire === 2) advance(cursor, readLength(cursor, end), end)
  else if (wire === 5) advance(cursor, 4, end)
  else if (wire === 3) {
    if (depth > MAX_DEPTH) fail(start, `groups nested deeper than ${MAX_DEPTH}`)
    for (;;) {
      const [inner, kind] = readTag(cursor, end)
      if (kind === 4 && inner === number) return
      skip(cursor, inner, kind, end, depth + 1)
    }
  } else fail(start, `wire type ${wire} of field ${number} does not exist here`)
}

function advance(cursor: Cursor, count: number, end: number): number {
  const start = cursor.at
  if (count > end - start) fail(start, `${count} bytes expected, ${end - start} left`)
  cursor.at = start + count
  return start
}

function readLength(cursor: Cursor, end: number): number {
  const start = cursor.at
  const length = Number(readVarint(cursor, end))
  if (length > end - cursor.at) fail(start, `a length of ${length} bytes where ${end - cursor.at} are left`)
  return length
}

function readField(
  cursor: Cursor,
  path: string,
  field: Field,
  wire: number,
  message: Message,
  end: number,
  depth: number,
): void {
  const { name, type, repeated } = field
  const expected = wireType(type)
  const packed = repeated && wire === 2 && expected !== 2
  if (wire !== expected && !packed) fail(cursor.at, `${path} has wire type ${wire}, expected ${expected}`)
  if (packed) {
    readPacked(cursor, path, type, message, name, end)
    return
  }
  const nested = schema.has(type)
  const start = cursor.at
  if (nested || type === 'bytes') takeRoom(cursor, start)
  const value = nested ? (!repeated && (message[name] as Message)) || {} : readScalar(cursor, path, type, end)
  if (nested) readMessage(cursor, type, value as Message, readLength(cursor, end) + cursor.at, depth + 1)
  if (path === 'TensorProto.external_data') refuseOutside(value as Message, start)
  if (repeated) listIn(message, name).push(value)
  else message[name] = value
}

/** Weights lie beside the model or in folders below it; a path out of there is somebody else's file. */
function refuseOutside({ key, value }: Message, offset: number): void {
  if (key !== 'location' || !isOutside((value as string | undefined) ?? '')) return
  const found = JSON.stringify(value)
  throw new OnnxError(`byte ${offset}: weights in ${found}, which is outside the model’s folder; refused`, {
    code: 'ONNX_OUTSIDE',
    params: { location: value },
    offset,
  })
}

function isOutside(location: string): boolean {
  return /^[\\/]|^[a-z][a-z\d+.-]*:/i.test(location) || location.split(/[\\/]/).includes('..')
}

function listIn(message: Message, name: string): FieldValue[] {
  message[name] ??= []
  return message[name] as FieldValue[]
}

function readPacked(cursor: Cursor, path: string, type: string, message: Message, name: string, end: number): void {
  const start = cursor.at
  const stop = readLength(cursor, end) + cursor.at
  // A run without elements says nothing; an empty list would not be written again.
  if (stop === cursor.at) return
  const list = listIn(message, name)
  let place = list.length
  const count = place + packedCount(cursor, type, stop)
  // A list that grows as it is filled takes up to three times what it needs; the engine makes a table of a length set beyond the limit.
  if (count < longestSet) list.length = count
  while (cursor.at < stop) list[place++] = readScalar(cursor, path, type, stop)
  if (cursor.at !== stop) fail(start, `${path} is not packed in whole numbers`)
}

/** How many numbers a packed field holds: every one of a varying length ends with a byte below 128. */
function packedCount({ bytes, at }: Cursor, type: string, stop: number): number {
  const width = type === 'float' ? 4 : type === 'double' ? 8 : 0
  if (width) return Math.floor((stop - at) / width)
  let count = 0
  for (let place = at; place < stop; place++) if (bytes[place]! < 128) count++
  return count
}

function readScalar(cursor: Cursor, path: string, type: string, end: number): FieldValue {
  if (type === 'float') return cursor.view.getFloat32(advance(cursor, 4, end), true)
  if (type === 'double') return cursor.view.getFloat64(advance(cursor, 8, end), true)
  if (type === 'string' || type === 'bytes') {
    const length = readLength(cursor, end)
    const start = advance(cursor, length, end)
    const bytes = cursor.bytes.subarray(start, start + length)
    return type === 'bytes' ? bytes : decodeText(path, bytes, start)
  }
  return integer(type, readVarint(cursor, end))
}

function decodeText(path: string, bytes: Uint8Array, offset: number): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return fail(offset, `${path} is not UTF-8`)
  }
}

/** The number a varint means; 64-bit ones are numbers where those are exact. */
function integer(type: string, value: number | bigint): number | bigint {
  if (type === 'int32') return Number(BigInt.asIntN(32, BigInt(value)))
  if (typeof value === 'number') return value
  const exact = type === 'uint64' ? value : BigInt.asIntN(64, value)
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

/** A varint: a number up to 49 bits, else a bigint of 64 bits without sign. */
function readVarint(cursor: Cursor, end: number): number | bigint {
  let value = 0
  let scale = 1
  for (let at = cursor.at; at < end && scale < 2 ** 49; scale *= 128) {
    const byte = cursor.bytes[at++]!
    value += (byte & 127) * scale
    if (byte < 128) {
      cursor.at = at
      return value
    }
  }
  return readLongVarint(cursor, end)
}

function readLongVarint(cursor: Cursor, end: number): bigint {
  let value = 0n
  for (let index = 0; index < 10; index++) {
    const at = cursor.at + index
    if (at >= end) fail(cursor.at, 'a number is cut')
    const byte = cursor.bytes[at]!
    value |= BigInt(byte & 127) << BigInt(7 * index)
    if (byte < 128) {
      cursor.at = at + 1
      return BigInt.asUintN(64, value)
    }
  }
  return fail(cursor.at, 'a number longer than ten bytes')
}
