import { isA } from '../../../common/kinds.ts'
import { dataTypeOf, storages } from './datatypes.ts'
import { decodeMessage } from './decode.ts'
import { encodeMessage } from './encode.ts'
import { OnnxError } from './error.ts'
import { messages } from './fields.ts'
import { bytesFrom } from './options.ts'
import { sizeOf } from './tensor.ts'
import type { FieldValue, Message } from './types.ts'

/**
 * The names of the files beside a model in which it keeps weights, at whatever depth, sorted and each once; none for most models. They count from
 * the model's folder and do not lead out of it. Nothing is opened.
 * @throws OnnxError with the byte offset for cut, damaged or foreign files, and for a path that leads out of the folder.
 */
export function externalFiles(bytes: Uint8Array): string[] {
  const found = new Set<string>()
  visit(decodeMessage('ModelProto', bytesFrom('externalFiles', bytes)), (tensor) => {
    for (const { key, value } of messages(tensor.external_data)) {
      // Where a key comes twice, runtimes differ in which one they take: all are named.
      if (key === 'location') found.add((value as string | undefined) ?? '')
    }
  })
  return [...found].sort()
}

/** How many bytes the weights take that a model keeps in files beside it. */
export function externalBytes(bytes: Uint8Array): number {
  let total = 0
  visit(decodeMessage('ModelProto', bytesFrom('externalBytes', bytes)), (tensor) => {
    total += byteLengthOf(tensor)
  })
  return total
}

/**
 * The same file with the weights inside that it keeps in files beside it; all else stays as it is. `files` are those by the names that
 * `externalFiles` gives.
 * @throws OnnxError where one is missing or holds less than its tensors, and for a result beyond 2 GiB, protobuf's limit.
 */
export function embedExternal(bytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const message = decodeMessage('ModelProto', bytesFrom('embedExternal', bytes))
  visit(message, (tensor) => {
    tensor.raw_data = contentOf(tensor, files)
    delete tensor.external_data
    delete tensor.data_location
  })
  return encodeMessage('ModelProto', message)
}

/** Calls `take` for each tensor whose data is in another file. */
function visit(message: Message, take: (tensor: Message) => void): void {
  if (message.external_data !== undefined) take(message)
  for (const value of Object.values(message)) for (const each of nested(value)) visit(each, take)
}

/** The messages in a field; the numbers of a list of millions are not looked at one by one. */
function nested(value: FieldValue | undefined): readonly Message[] {
  if (typeof value !== 'object' || isA(value, 'Uint8Array')) return []
  if (!Array.isArray(value)) return [value as Message]
  const [first] = value
  return typeof first === 'object' && !isA(first, 'Uint8Array') ? (value as Message[]) : []
}

const nameOf = ({ name }: Message): string => `tensor ${JSON.stringify(name ?? '')}`

function byteLengthOf(tensor: Message): number {
  const { bits } = storages[dataTypeOf(Number(tensor.data_type ?? 0))]
  const sizes = ((tensor.dims as readonly (number | bigint)[] | undefined) ?? []).map(Number)
  if (bits > 0) return Math.ceil((sizeOf(sizes) * bits) / 8)
  const params = { tensor: tensor.name ?? '' }
  throw new OnnxError(`${nameOf(tensor)}: texts in another file; only numbers can be there`, { params })
}

function contentOf(tensor: Message, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = messages(tensor.external_data).map(({ key, value }) => [key, value ?? ''])
  const { location = '', offset, length }: Record<string, string | undefined> = Object.fromEntries(entries)
  const file = files.get(location)
  const refuse = (reason: string): never => {
    const params = { tensor: tensor.name ?? '', file: location, reason }
    throw new OnnxError(`${nameOf(tensor)}: its weights are in ${JSON.stringify(location)}, ${reason}`, { params })
  }
  if (!file) return refuse('and that file was not given')
  const needed = byteLengthOf(tensor)
  const [from, size] = [numberIn(offset, 0), numberIn(length, needed)]
  if (size !== needed) refuse(`${length} bytes of it; its shape takes ${needed}`)
  if (!(from + needed <= file.length)) refuse(`at bytes ${from} to ${from + needed}; the file has ${file.length}`)
  return file.subarray(from, from + needed)
}

function numberIn(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
