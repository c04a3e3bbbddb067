import { type Image, type Read, textAt } from './image.ts'

/** A section's header, as far as it is used here. */
interface Header {
  name: number
  type: number
  offset: number
  size: number
  /** Index of the section with the texts of this one. */
  link: number
}

const sectionWithDynamic = 6
const dynamicNeeded = 1n

/** Reads an ELF file of 64 bits, little-endian, by its section headers; undefined for another file. */
export function readElf(read: Read): Image | undefined {
  const header = read(0, 64)
  if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined
  const headers = sectionHeaders(read, header)
  const names = headers[header.readUInt16LE(62)]
  if (!names) return undefined
  const texts = read(names.offset, names.size)
  const sections = headers.map(({ name, offset, size }) => ({ name: textAt(texts.subarray(name)), offset, size }))
  const dynamic = headers.find(({ type }) => type === sectionWithDynamic)
  const strings = dynamic && headers[dynamic.link]
  return { sections, needed: dynamic && strings ? neededIn(read, dynamic, strings) : [] }
}

function sectionHeaders(read: Read, header: Buffer): Header[] {
  const [size, count] = [header.readUInt16LE(58), header.readUInt16LE(60)]
  const table = read(number(header, 40), size * count)
  return Array.from({ length: count }, (_, index) => {
    const one = table.subarray(index * size, (index + 1) * size)
    return {
      name: one.readUInt32LE(0),
      type: one.readUInt32LE(4),
      offset: number(one, 24),
      size: number(one, 32),
      link: one.readUInt32LE(40),
    }
  })
}

/** Pairs of a tag and a value; those of NEEDED are places in the strings. */
function neededIn(read: Read, dynamic: Header, strings: Header): string[] {
  const [entries, texts] = [read(dynamic.offset, dynamic.size), read(strings.offset, strings.size)]
  const names: string[] = []
  for (let at = 0; at + 16 <= entries.length; at += 16)
    if (entries.readBigInt64LE(at) === dynamicNeeded) names.push(textAt(texts.subarray(number(entries, at + 8))))
  return names
}

const number = (bytes: Buffer, offset: number): number => Number(bytes.readBigUInt64LE(offset))
