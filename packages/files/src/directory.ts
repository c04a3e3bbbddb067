import { formatSize, uint64, viewOf } from './bytes.ts'
import type { DirectoryPlace } from './end.ts'
import { damagedZip, downloadAgain, FileError, quoted } from './error.ts'
import { fromCp437, fromUtf8 } from './names.ts'
import type { Input } from './source.ts'
import type { Codec, ZipEntry } from './types.ts'

/** An entry with what only reading it needs. */
export interface Located {
  entry: ZipEntry
  flags: number
  /** The name as the file has it: the local header must say the same. */
  rawName: Uint8Array
  /** Where its local header begins. */
  start: number
  /** Where the next entry or the directory begins. */
  limit: number
  /** File type and permissions where they were recorded, else 0. */
  mode: number
}

const centralHeader = 0x02014b50
const headerSize = 46
const windowSize = 1 << 20

/** Reads the directory, a window at a time, in its order; `limit` is not known yet. */
export async function readDirectory(
  input: Input,
  place: DirectoryPlace,
  { maxEntries, crc32 }: { maxEntries: number; crc32: Codec['crc32'] },
): Promise<Located[]> {
  const found: Located[] = []
  let [window, windowAt] = [new Uint8Array(0), place.start]
  for (let at = place.start; at < place.end; ) {
    // One record is at most 46 + 3 × 65,535 bytes.
    const needed = Math.min(1 << 18, place.end - at)
    if (at - windowAt + needed > window.length) {
      window = await copied(input.read(at, Math.min(windowSize, place.end - at)))
      windowAt = at
    }
    if (found.length === maxEntries) throw tooMany(input, place, maxEntries)
    const { located, length } = record(input, place, window.subarray(at - windowAt), at, crc32)
    found.push(located)
    at += length
  }
  requireCount(input, place, found.length)
  return found
}

/** Names stay as views of it, which must not be views of what the caller may change. */
const copied = async (bytes: Promise<Uint8Array>) => new Uint8Array(await bytes)

function record(input: Input, place: DirectoryPlace, bytes: Uint8Array, at: number, crc32: Codec['crc32']) {
  const fail = (problem: string) => damagedZip({ file: input.name, offset: at, problem, advice: downloadAgain })
  const view = viewOf(bytes)
  if (bytes.length < headerSize || view.getUint32(0, true) !== centralHeader)
    throw fail('its directory is damaged: no entry begins here')
  const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => view.getUint16(field, true)) as Three
  const length = headerSize + nameSize + extraSize + commentSize
  if (length > bytes.length) throw fail('its directory is damaged: an entry reaches beyond its end')
  const rawName = bytes.subarray(headerSize, headerSize + nameSize)
  const extra = extraFields(bytes.subarray(headerSize + nameSize, headerSize + nameSize + extraSize))
  const flags = view.getUint16(8, true)
  const text = textOf(flags, view.getUint8(5), extra.get(unicodePath), crc32)
  const name = text(rawName)
  if (name === undefined) throw fail('a name says that it is UTF-8 and is not')
  const sizes = sizesOf(view, extra.get(zip64))
  if (!sizes) throw fail(`the sizes of ${quoted(name)} are missing`)
  if (sizes.disk !== 0) throw fail(`${quoted(name)} lies in another part of a split zip`)
  const entry: ZipEntry = {
    name,
    directory: name.endsWith('/'),
    size: sizes.size,
    compressedSize: sizes.compressedSize,
    crc32: view.getUint32(16, true),
    method: view.getUint16(10, true),
    encrypted: (flags & encryptedFlags) !== 0,
    comment: text(bytes.subarray(length - commentSize, length)) ?? '',
    offset: sizes.offset + place.shift,
  }
  const located = { entry, flags, rawName, start: entry.offset, limit: 0, mode: view.getUint32(38, true) >>> 16 }
  return { located, length }
}

type Three = [number, number, number]
const [zip64, unicodePath] = [0x0001, 0x7075]
/** Encrypted, strongly encrypted, header values masked. */
const encryptedFlags = (1 << 0) | (1 << 6) | (1 << 13)
const utf8Flag = 1 << 11
const [unix, macos] = [3, 19]

/** Extra fields by their number; the first of each, and none after one that does not fit. */
function extraFields(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewOf(bytes)
  const fields = new Map<number, Uint8Array>()
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true)
    if (end > bytes.length) break
    const id = view.getUint16(at, true)
    if (!fields.has(id)) fields.set(id, bytes.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** The numbers of an entry, 64-bit ones in place of those that are all ones; `undefined` where those are missing. */
function sizesOf(view: DataView, extra: Uint8Array | undefined) {
  const long = extra && viewOf(extra)
  let at = 0
  const either = (short: number, unset: number, bytes: number) => {
    if (short !== unset) return short
    if (!long || at + bytes > long.byteLength) return undefined
    at += bytes
    return bytes === 8 ? uint64(long, at - 8) : long.getUint32(at - 4, true)
  }
  const size = either(view.getUint32(24, true), 0xffffffff, 8)
  const compressedSize = either(view.getUint32(20, true), 0xffffffff, 8)
  const offset = either(view.getUint32(42, true), 0xffffffff, 8)
  const disk = either(view.getUint16(34, true), 0xffff, 4)
  if (size === undefined || compressedSize === undefined || offset === undefined) return undefined
  return { size, compressedSize, offset, disk }
}

/**
 * How to read an entry's texts: UTF-8 where the flag says so, or Info-ZIP's Unicode name; else CP437, but what Unix and macOS write without the
 * flag is UTF-8 whenever it can be.
 */
function textOf(flags: number, host: number, unicode: Uint8Array | undefined, crc32: Codec['crc32']) {
  return (bytes: Uint8Array): string | undefined => {
    if (flags & utf8Flag) return fromUtf8(bytes)
    if (unicode && unicode.length > 5 && unicode[0] === 1 && viewOf(unicode).getUint32(1, true) === crc32(bytes, 0))
      return fromUtf8(unicode.subarray(5))
    const guess = host === unix || host === macos ? fromUtf8(bytes) : undefined
    return guess ?? fromCp437(bytes)
  }
}

/** Some writers have 16 bits for the count and go round; the directory's size says where it ends all the same. */
function requireCount({ name }: Input, { count, shortCount }: DirectoryPlace, found: number): void {
  if (found === count || (shortCount && found % 0x10000 === count)) return
  const problem = `its directory is damaged: expected ${count} entries, found ${found}`
  throw damagedZip({ file: name, problem, advice: downloadAgain })
}

function tooMany({ name }: Input, { start, end }: DirectoryPlace, maxEntries: number): FileError {
  const problem = `has more than ${maxEntries} entries, in a directory of ${formatSize(end - start)}`
  const advice = 'If you trust the file, pass a larger maxEntries.'
  const params = { option: 'maxEntries', limit: maxEntries }
  return new FileError({ code: 'FILES_LIMIT', params, file: name, problem, advice })
}
