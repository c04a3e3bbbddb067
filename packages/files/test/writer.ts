import { crc32, deflateRawSync } from 'node:zlib'

/** One entry; whatever is given is written as it is, right or wrong. */
export interface Member {
  name: string | Uint8Array
  data?: string | Uint8Array
  /** 8 packs with deflate, anything else leaves the bytes as they are. Default 8. */
  method?: number
  /** The bytes in the file, in place of the packed data. */
  packed?: Uint8Array
  /** Default: UTF-8. */
  flags?: number
  /** System that made it: 0 DOS, 3 Unix. */
  host?: number
  mode?: number
  comment?: string
  /** Sizes and CRC-32 behind the data, as writers to a pipe put them. */
  descriptor?: boolean
  /** Sizes and offset in a zip64 field. */
  zip64?: boolean
  /** Extra fields: number and content. */
  extra?: [id: number, content: Uint8Array][]
  central?: Partial<Numbers>
  local?: Partial<Numbers> & { name?: string }
  /** Where the directory says that the entry begins. */
  offset?: number
}

interface Numbers {
  crc: number
  packedSize: number
  size: number
  method: number
  flags: number
}

export interface Frame {
  /** Bytes before the first entry; offsets count them only if `counted`. */
  prefix?: Uint8Array
  counted?: boolean
  suffix?: Uint8Array
  comment?: string | Uint8Array
  zip64?: boolean
  /** Fields of the end record, in place of the right ones. */
  end?: Partial<Record<'disk' | 'directoryDisk' | 'count' | 'countHere' | 'size' | 'offset', number>>
}

export const utf8 = (text: string | Uint8Array) => (typeof text === 'string' ? new TextEncoder().encode(text) : text)
export const u16 = (...values: number[]) => littleEndian(values, 2)
export const u32 = (...values: number[]) => littleEndian(values, 4)
export const u64 = (...values: number[]) => littleEndian(values, 8)
export const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

function littleEndian(values: number[], bytes: 2 | 4 | 8): Uint8Array {
  const out = new Uint8Array(values.length * bytes)
  values.forEach((value, i) => {
    // Above 32 bits, shifting would lose them.
    let rest = value < 0 ? value + 2 ** 32 : value
    for (let at = 0; at < bytes; at++, rest = Math.floor(rest / 256)) out[i * bytes + at] = rest % 256
  })
  return out
}

/** A zip of these entries. */
export function zipOf(members: Member[], frame: Frame = {}): Uint8Array {
  const { prefix = new Uint8Array(0), suffix = new Uint8Array(0), counted = false } = frame
  const parts = [prefix]
  const records: Uint8Array[] = []
  let at = counted ? prefix.length : 0
  for (const member of members) {
    const { local, central } = entryOf(member, at)
    parts.push(local)
    records.push(central)
    at += local.length
  }
  const directory = join(...records)
  return join(...parts, directory, endOf(members.length, directory.length, at, frame), suffix)
}

function entryOf(member: Member, at: number): { local: Uint8Array; central: Uint8Array } {
  const { method = 8, host = 3, mode = 0o100644, descriptor = false, zip64 = false, extra = [] } = member
  const [name, data, comment] = [utf8(member.name), utf8(member.data ?? ''), utf8(member.comment ?? '')]
  const packed = member.packed ?? (method === 8 ? deflateRawSync(data) : data)
  const flags = member.flags ?? 0x800 | (descriptor ? 8 : 0)
  const right = { crc: crc32(data), packedSize: packed.length, size: data.length, method, flags }
  const [inDirectory, inHeader] = [
    { ...right, ...member.central },
    { ...right, ...(descriptor && { crc: 0, packedSize: 0, size: 0 }), ...member.local },
  ]
  const offset = member.offset ?? at
  const localExtra = fields(extra, zip64 && u64(inHeader.size, inHeader.packedSize))
  const centralExtra = fields(extra, zip64 && u64(inDirectory.size, inDirectory.packedSize, offset))
  const localName = member.local?.name === undefined ? name : utf8(member.local.name)
  const head = (it: Numbers) =>
    join(u16(20, it.flags, it.method, 0x1864, 0x5022), u32(it.crc, ...(zip64 ? [-1, -1] : [it.packedSize, it.size])))
  const tail = join(u32(0x08074b50, right.crc), (zip64 ? u64 : u32)(right.packedSize, right.size))
  return {
    local: join(
      u32(0x04034b50),
      head(inHeader),
      u16(localName.length, localExtra.length),
      localName,
      localExtra,
      packed,
      descriptor ? tail : new Uint8Array(0),
    ),
    central: join(
      u32(0x02014b50),
      u16((host << 8) | 20),
      head(inDirectory),
      u16(name.length, centralExtra.length, comment.length, 0, 0),
      u32(mode * 2 ** 16, zip64 ? -1 : offset),
      name,
      centralExtra,
      comment,
    ),
  }
}

function fields(extra: [number, Uint8Array][], zip64: Uint8Array | false): Uint8Array {
  const all: [number, Uint8Array][] = zip64 ? [...extra, [1, zip64]] : extra
  return join(...all.flatMap(([id, content]) => [u16(id, content.length), content]))
}

function endOf(entries: number, length: number, start: number, { zip64 = false, comment = '', end = {} }: Frame) {
  const { disk = 0, directoryDisk = 0, count = entries, countHere = count, size = length, offset = start } = end
  const text = utf8(comment)
  if (!zip64)
    return join(u32(0x06054b50), u16(disk, directoryDisk, countHere, count), u32(size, offset), u16(text.length), text)
  return join(
    u32(0x06064b50),
    u64(44),
    u16(45, 45),
    u32(disk, directoryDisk),
    u64(countHere, count, size, offset),
    u32(0x07064b50, 0),
    u64(start + length),
    u32(1),
    u32(0x06054b50),
    u16(0, 0, 0xffff, 0xffff),
    u32(-1, -1),
    u16(text.length),
    text,
  )
}
