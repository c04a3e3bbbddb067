import { short } from '../../../../common/short.ts'
import { ExportError, sourceError } from '../error.ts'

/** What the files of a model may unpack to together. */
const largest = 2 ** 32

/** Whether bytes begin as a zip does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4
}

/** A file in a zip. */
interface Entry {
  name: string
  method: number
  crc32: number
  packed: number
  size: number
  offset: number
}

/**
 * Reads the files of a small zip in memory: stored and deflated ones. It needs nothing of Node and so works in a page.
 * Throws an `ExportError` for anything damaged, encrypted, larger than it says or in a zip of more than 4 GiB.
 */
export function readZip(zip: Uint8Array, name: string): { names: string[]; read(name: string): Promise<Uint8Array> } {
  const entries = new Map(directory(zip, name).map((entry) => [entry.name, entry]))
  const total = [...entries.values()].reduce((sum, { size }) => sum + size, 0)
  if (total > largest) refuse(name, `its files unpack to ${total} bytes; expected at most ${largest}`)
  return { names: [...entries.keys()], read: (file) => unpack(zip, entries.get(file)!, name) }
}

function refuse(name: string, problem: string): never {
  throw sourceError(`${name}: ${problem}. Unpack it yourself, or download it again.`)
}

function directory(zip: Uint8Array, name: string): Entry[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  let end = zip.length - 22
  while (end >= 0 && end > zip.length - 22 - 65536 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) refuse(name, 'it has no directory at its end; is it cut?')
  const entries: Entry[] = []
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) refuse(name, `its directory is damaged at byte ${at}`)
    const [length, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ]
    if (view.getUint16(at + 8, true) & 1) refuse(name, 'it is encrypted')
    const entry = {
      name: new TextDecoder().decode(zip.subarray(at + 46, at + 46 + length)),
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    }
    if (!entry.name.endsWith('/')) entries.push(entry)
    at += 46 + length + extra + comment
  }
  return entries
}

async function unpack(zip: Uint8Array, entry: Entry, name: string): Promise<Uint8Array> {
  const { method, packed, size, offset } = entry
  const subject = `${name}: ${short(entry.name)}`
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  if (offset + 30 > zip.length || view.getUint32(offset, true) !== 0x04034b50)
    refuse(subject, `no file begins at byte ${offset}`)
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  if (start + packed > zip.length) refuse(subject, 'it ends beyond the zip')
  const data = zip.subarray(start, start + packed)
  if (method !== 0 && method !== 8) refuse(subject, `it is packed by method ${method}; expected 0 or 8`)
  const bytes = method === 0 ? data.slice() : await inflate(data, size, subject)
  if (bytes.length !== size || crc32(bytes) !== entry.crc32) refuse(subject, 'it is damaged')
  return bytes
}

/** Stops at one byte more than the directory says, however much would come. */
async function inflate(packed: Uint8Array, size: number, subject: string): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
  // Deflate packs no more than 1032 bytes into one: nothing that says more is worth its memory.
  if (size > 1032 * packed.length)
    refuse(subject, `it says that it unpacks to ${size} bytes, which ${packed.length} cannot`)
  const bytes = new Uint8Array(size)
  const reader = stream.getReader()
  let length = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > size) refuse(subject, `it unpacks to more than the ${size} bytes that it says`)
      bytes.set(part.value, length)
      length += part.value.length
    }
  } catch (error) {
    if (error instanceof ExportError) throw error
    refuse(subject, 'it is damaged')
  } finally {
    await reader.cancel().catch(() => undefined)
  }
  return bytes.subarray(0, length)
}

let table: Uint32Array | undefined

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
    return value
  })
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
