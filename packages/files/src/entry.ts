import { isA } from '../../../common/kinds.ts'
import { formatSize, viewOf } from './bytes.ts'
import type { Located } from './directory.ts'
import { damagedZip, downloadAgain, FileError, type FileErrorDetail } from './error.ts'
import type { Input } from './source.ts'
import type { Codec, ZipEntry, ZipOptions } from './types.ts'

/** What reading an entry takes. */
export interface EntryContext {
  input: Input
  codec: Codec
  signal?: AbortSignal | undefined
}

const [stored, deflate] = [0, 8]
const localHeader = 0x04034b50
const localSize = 30
const sizesFollow = 1 << 3
/** Read at once: the header and, for small entries, all of the bytes. */
const headSize = 1 << 17
const chunkSize = 1 << 18
/** Up to so many unpacked bytes, one call is faster than a stream. */
const smallSize = 1 << 20
const ratioCounts = 1 << 24
const damaged = `The file is damaged. ${downloadAgain}`

/** Throws for an entry that cannot be read, without reading it. */
export function requireReadable(file: string, entry: ZipEntry, options: ZipOptions): void {
  const refusal = cannotOpen(entry) ?? beyond(entry, options)
  if (!refusal) return
  throw new FileError({ ...refusal, file, entry: entry.name })
}

type Refusal = Pick<FileErrorDetail, 'code' | 'params' | 'problem' | 'advice'>

function cannotOpen({ directory, encrypted, method, size, compressedSize }: ZipEntry): Refusal | undefined {
  const unsupported = { code: 'FILES_ENTRY_UNSUPPORTED', params: { method } } as const
  if (directory) return { ...unsupported, problem: 'is a folder, and has no bytes', advice: 'Open a file.' }
  if (encrypted || method === 99) {
    return { ...unsupported, problem: 'is encrypted', advice: 'Unpack it with a tool that asks for the password.' }
  }
  if (method !== stored && method !== deflate) {
    const advice = 'Unpack it with 7-Zip, or pack it again with deflate.'
    const packed = `is packed with ${methods[method] ?? 'an unknown method'} (method ${method})`
    return { ...unsupported, problem: `${packed}, expected stored or deflate`, advice }
  }
  if (method === stored && size !== compressedSize) {
    const problem = `is stored as it is, and yet takes ${compressedSize} bytes for ${size}`
    return { code: 'FILES_ZIP_DAMAGED', problem, advice: damaged }
  }
  return undefined
}

const methods: Record<number, string> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  20: 'Zstandard',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
}

function beyond(
  { size, compressedSize }: ZipEntry,
  { maxEntry = 2 ** 33, maxRatio = 200 }: ZipOptions,
): Refusal | undefined {
  if (size > maxEntry) {
    const problem = `unpacks to ${formatSize(size)}, more than the limit of ${formatSize(maxEntry)}`
    const params = { option: 'maxEntry', limit: maxEntry, found: size }
    return { code: 'FILES_LIMIT', params, problem, advice: 'If you trust the file, pass a larger maxEntry.' }
  }
  if (size <= ratioCounts || size <= maxRatio * compressedSize) return undefined
  const problem = `unpacks ${formatSize(compressedSize)} to ${formatSize(size)}, more than ${maxRatio} times as much, as zip bombs do`
  const params = { option: 'maxRatio', limit: maxRatio, found: size / compressedSize }
  return { code: 'FILES_LIMIT', params, problem, advice: 'If you trust the file, pass a larger maxRatio.' }
}

/** Reads an entry: its size is enforced while it unpacks, its CRC-32 checked at the end. */
export async function* contentOf(context: EntryContext, located: Located): AsyncGenerator<Uint8Array, void, undefined> {
  const { entry, start, limit } = located
  const { input, codec, signal } = context
  signal?.throwIfAborted()
  const head = await input.read(start, Math.min(headSize, limit - start))
  const dataAt = start + requireHeader(input.name, located, head)
  const packed = packedBytes(context, head.subarray(dataAt - start), dataAt, entry.compressedSize)
  let [size, crc] = [0, 0]
  for await (const chunk of unpack(codec, entry, packed, damage(input.name, entry))) {
    signal?.throwIfAborted()
    size += chunk.length
    if (size > entry.size) throw oversize(input.name, entry)
    crc = codec.crc32(chunk, crc)
    yield chunk
  }
  requireWhole(input.name, entry, size, crc)
}

/** Offset of the data from the header, which must say what the directory says. */
function requireHeader(file: string, { entry, flags, rawName, start, limit }: Located, head: Uint8Array): number {
  const fail = (problem: string) => damagedZip({ file, entry: entry.name, offset: start, problem, advice: damaged })
  const view = viewOf(head)
  if (head.length < localSize || view.getUint32(0, true) !== localHeader)
    throw fail('no entry begins where its directory says')
  const dataAt = localSize + view.getUint16(26, true) + view.getUint16(28, true)
  if (dataAt + entry.compressedSize > limit - start) throw fail('overlaps with what comes after it')
  const name = head.subarray(localSize, localSize + view.getUint16(26, true))
  if (name.length !== rawName.length || !name.every((byte, i) => byte === rawName[i]))
    throw fail('has another name in its own header')
  const localFlags = view.getUint16(6, true)
  const numbers = [entry.crc32, entry.compressedSize, entry.size]
  const differ = numbers.some((number, i) => !sameNumber(view.getUint32(14 + 4 * i, true), number, i > 0))
  if (
    view.getUint16(8, true) !== entry.method ||
    (localFlags & 1) !== (flags & 1) ||
    (!(localFlags & sizesFollow) && differ)
  )
    throw fail('its own header does not agree with the directory')
  return dataAt
}

/** A size of all ones stands for a zip64 field. */
const sameNumber = (local: number, central: number, isSize: boolean) =>
  local === central || (isSize && local === 0xffffffff)

interface Packed {
  chunks: AsyncGenerator<Uint8Array>
  /** All of it, where the head holds it. */
  all?: Uint8Array
  /** What reading threw: that is the reason then, not what the inflater makes of it. */
  failure?: { error: unknown }
}

function packedBytes({ input, signal }: EntryContext, first: Uint8Array, at: number, length: number): Packed {
  async function* read() {
    try {
      for (let done = 0; done < length; ) {
        signal?.throwIfAborted()
        const chunk =
          done === 0 && first.length > 0
            ? first.subarray(0, length)
            : await input.read(at + done, Math.min(chunkSize, length - done))
        done += chunk.length
        yield chunk
      }
    } catch (error) {
      packed.failure = { error }
      throw error
    }
  }
  const packed: Packed = { chunks: read(), ...(first.length >= length && { all: first.subarray(0, length) }) }
  return packed
}

async function* unpack(codec: Codec, entry: ZipEntry, packed: Packed, failed: (cause: unknown) => FileError) {
  if (entry.method === stored) return yield* packed.chunks
  // Some writers say deflate for an empty file, and write nothing.
  if (entry.size === 0 && entry.compressedSize === 0) return
  try {
    if (codec.inflateAll && packed.all && entry.size <= smallSize) yield codec.inflateAll(packed.all, entry.size)
    else yield* codec.inflate(packed.chunks)
  } catch (error) {
    if (packed.failure) throw packed.failure.error
    throw failed(error)
  }
}

function damage(file: string, entry: ZipEntry) {
  return (cause: unknown) => {
    if (cause instanceof FileError) return cause
    const isError = isA(cause, 'Error')
    if (isError && cause.name === 'RangeError') return oversize(file, entry)
    const problem = `cannot be unpacked (${isError ? cause.message : cause})`
    return damagedZip({ file, entry: entry.name, offset: entry.offset, problem, advice: damaged }, { cause })
  }
}

function oversize(file: string, { name, offset, size }: ZipEntry): FileError {
  const problem = `unpacks to more than the ${size} bytes it says`
  return damagedZip({ file, entry: name, offset, problem, advice: 'The file is damaged or a zip bomb.' })
}

function requireWhole(file: string, { name, offset, size, crc32 }: ZipEntry, found: number, crc: number): void {
  const fail = (problem: string) => damagedZip({ file, entry: name, offset, problem, advice: damaged })
  if (found !== size) throw fail(`expected ${size} bytes, found ${found}`)
  if (crc !== crc32) throw fail(`expected a CRC-32 of ${hex(crc32)}, found ${hex(crc)}`)
}

const hex = (crc: number) => crc.toString(16).padStart(8, '0')
