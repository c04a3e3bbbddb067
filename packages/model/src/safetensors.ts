import { isA } from '../../../common/kinds.ts'
import { ModelError } from './error.ts'
import { requireFinite } from './finite.ts'
import { elements, formatShape } from './shape.ts'
import { fieldsOf, invalid, listOf, show } from './strict.ts'
import type { Tensor } from './types.ts'

// The format's own limit, which keeps a reader from parsing gigabytes of JSON.
const maxHeader = 100_000_000

/** Where a tensor lies among the data bytes. */
interface Entry {
  name: string
  dims: number[]
  begin: number
  end: number
}

/**
 * Writes weights in the safetensors format (github.com/huggingface/safetensors): the header's length as a 64-bit integer,
 * a JSON header padded to a multiple of 8, then the float32 values, tensors in the order of their names. Equal weights
 * and metadata give equal bytes. Throws a `ModelError` when a tensor has more or fewer values than its `dims` say, or values
 * that are no finite numbers.
 */
export function toSafetensors(weights: Record<string, Tensor>, metadata?: Record<string, string>): Uint8Array {
  const tensors = sorted(weights)
  for (const [name, { data }] of tensors) {
    if (!isA(data, 'Float32Array')) throw unwritable(name, `The tensor ${name} is not a Float32Array`)
  }
  requireFinite(weights, 'The tensors')
  const header = headerBytes(tensors, metadata)
  const start = 8 + header.length
  const bytes = new Uint8Array(start + tensors.reduce((sum, [, { data }]) => sum + data.byteLength, 0))
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  let offset = start
  for (const [, { data }] of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

/** The error about a tensor that the format cannot hold. */
const unwritable = (name: string, reason: string): ModelError =>
  new ModelError('MODEL_TENSOR_UNWRITABLE', `${reason}.`, { params: { name, reason } })

function sorted<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}

function headerBytes(tensors: readonly [string, Tensor][], metadata?: Record<string, string>): Uint8Array {
  let end = 0
  const entries = tensors.map(([name, { dims, data }]): [string, unknown] => {
    if (name === '__metadata__')
      throw unwritable(name, 'A tensor cannot be called __metadata__: the format keeps that name')
    if (elements(dims) !== data.length) {
      throw unwritable(name, `The tensor ${name} is ${formatShape(dims)} but holds ${data.length} values`)
    }
    const begin = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape: dims, data_offsets: [begin, end] }]
  })
  if (metadata) entries.unshift(['__metadata__', Object.fromEntries(sorted(metadata))])
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20)
  header.set(json)
  return header
}

/**
 * Reads weights and metadata (empty when there is none) from the safetensors format, in the order of the values. Only
 * float32 tensors are taken. A file that is cut, has holes, overlaps or bytes left over, or whose header does not say
 * exactly what the format asks for, is refused with a `ModelError`. The arrays are copies.
 */
export function fromSafetensors(bytes: Uint8Array): {
  weights: Record<string, Tensor>
  metadata: Record<string, string>
} {
  if (!isA(bytes, 'Uint8Array')) {
    const params = { subject: 'A safetensors file', expected: 'a Uint8Array', found: show(bytes) }
    throw new ModelError('MODEL_FIELD_INVALID', `A safetensors file is a Uint8Array; found ${params.found}.`, {
      params,
    })
  }
  const { header, start } = readHeader(bytes)
  const { __metadata__, ...tensors } = header
  const entries = Object.entries(tensors).map(([name, value]) => entryOf(name, value))
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkCovered(entries, bytes.length - start)
  const weights = entries.map(({ name, dims, begin, end }): [string, Tensor] => {
    // Not slice(): a Node Buffer's gives a view.
    const data = new Float32Array(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer)
    return [name, { dims, data }]
  })
  return { weights: Object.fromEntries(weights), metadata: metadataOf(__metadata__) }
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) refuse(`has ${bytes.length} bytes; expected at least 8`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getBigUint64(0, true)
  if (length > maxHeader) refuse(`announces a header of ${length} bytes; expected at most ${maxHeader}`)
  const start = 8 + Number(length)
  if (start > bytes.length) refuse(`is cut: its header ends at byte ${start}, the file at ${bytes.length}`)
  if (bytes[8] !== 0x7b) refuse('has a header that does not begin with {')
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start))
    const header = JSON.parse(json)
    requireUnique(json, header)
    return { header, start }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause
    return refuse(`has a header that is not JSON: ${(cause as Error).message}`)
  }
}

/** The format forbids a key that is there twice: of such a file readers take the one or the other. */
function requireUnique(json: string, header: unknown): void {
  if (keysWritten(json) !== keysWithin(header)) refuse('has a header in which a name is there twice')
}

/** How many keys a text of JSON has: texts with a colon behind them. */
function keysWritten(json: string): number {
  let keys = 0
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at)) {
    for (at++; json[at] !== '"'; at++) if (json[at] === '\\') at++
    for (at++; ' \n\r\t'.includes(json[at]!); ) at++
    if (json[at] === ':') keys++
  }
  return keys
}

function keysWithin(value: unknown): number {
  let keys = 0
  const left = [value]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one !== 'object' || one === null) continue
    const inner = Object.values(one)
    if (!Array.isArray(one)) keys += inner.length
    for (const each of inner) left.push(each)
  }
  return keys
}

function entryOf(name: string, value: unknown): Entry {
  const at = `The safetensors header’s ${show(name)}`
  const { dtype, shape, data_offsets } = fieldsOf(value, at, ['dtype', 'shape', 'data_offsets'])
  if (dtype !== 'F32') refuse(`holds ${show(name)} as ${show(dtype)}; only F32 is read. Convert it to float32 first`)
  const dims = sizes(shape, `${at} shape`)
  const [begin, end, ...more] = sizes(data_offsets, `${at} data_offsets`)
  if (begin === undefined || end === undefined || more.length > 0) refuse(`gives ${show(name)} no [begin, end] offsets`)
  const length = elements(dims) * 4
  if (end - begin !== length) {
    refuse(`gives ${show(name)} the bytes ${begin}..${end}; its shape ${show(dims)} takes ${length} bytes`)
  }
  return { name, dims, begin, end }
}

function sizes(value: unknown, subject: string): number[] {
  const list = listOf(value, subject, 'sizes')
  if (list.every((item): item is number => Number.isSafeInteger(item) && (item as number) >= 0)) return [...list]
  throw invalid(subject, value, 'whole numbers from 0 on')
}

/** Tensors must follow each other without a gap and fill the file, or bytes could hide in it. */
function checkCovered(entries: readonly Entry[], length: number): void {
  let offset = 0
  for (const { name, begin, end } of entries) {
    if (begin !== offset)
      refuse(`has ${show(name)} at byte ${begin} of its data; expected ${offset}, where the one before it ends`)
    offset = end
  }
  if (offset > length) refuse(`is cut: its header asks for ${offset} bytes of data, found ${length}`)
  if (offset < length) refuse(`has ${length - offset} bytes that belong to no tensor`)
}

function metadataOf(value: unknown): Record<string, string> {
  if (value === undefined) return {}
  const metadata = fieldsOf(value, 'The safetensors header’s __metadata__', Object.keys(value ?? {}))
  const wrong = Object.entries(metadata).find(([, text]) => typeof text !== 'string')
  if (wrong) refuse(`has the metadata ${show(wrong[0])}: ${show(wrong[1])}; expected a text`)
  return { ...metadata } as Record<string, string>
}

function refuse(reason: string): never {
  throw new ModelError('MODEL_FILE_DAMAGED', `The safetensors file ${reason}.`, { params: { reason } })
}
