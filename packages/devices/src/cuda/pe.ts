import { type Image, type Read, type Section, textAt } from './image.ts'

/** A section with its place in memory, by which a DLL's tables name everything. */
interface Mapped extends Section {
  address: number
}

const longestName = 256

/** Reads a DLL of 64 bits: its sections, and what it imports at once or on the first call; undefined for another file. */
export function readPe(read: Read): Image | undefined {
  const start = read(0, 64).readUInt32LE(60)
  const header = read(start, 24)
  const optional = read(start + 24, header.readUInt16LE(20))
  if (header.toString('latin1', 0, 4) !== 'PE\0\0' || optional.readUInt16LE(0) !== 0x20b) return undefined
  const sections = sectionsIn(read(start + 24 + optional.length, header.readUInt16LE(6) * 40))
  const imports = (directory: number, step: number, name: number) =>
    namesIn(read, sections, { address: optional.readUInt32LE(112 + directory * 8), step, name })
  return { sections, needed: [...imports(1, 20, 12), ...imports(13, 32, 4)] }
}

function sectionsIn(table: Buffer): Mapped[] {
  return Array.from({ length: table.length / 40 }, (_, index) => {
    const one = table.subarray(index * 40, (index + 1) * 40)
    const [address, size, offset] = [one.readUInt32LE(12), one.readUInt32LE(16), one.readUInt32LE(20)]
    return { name: textAt(one.subarray(0, 8)), address, size, offset }
  })
}

/** A table of imported libraries: where it is, how long an entry is, and where in an entry the name's place stands; zeros end it. */
function namesIn(read: Read, sections: Mapped[], { address, step, name }: Record<'address' | 'step' | 'name', number>) {
  const names: string[] = []
  const placeOf = (wanted: number) => {
    const section = sections.find((one) => wanted >= one.address && wanted < one.address + one.size)
    return section && { offset: section.offset + wanted - section.address, end: section.offset + section.size }
  }
  for (let at = placeOf(address); address && at && at.offset + step <= at.end; at.offset += step) {
    const text = placeOf(read(at.offset, step).readUInt32LE(name))
    if (!text) break
    names.push(textAt(read(text.offset, Math.min(longestName, text.end - text.offset))))
  }
  return names
}
