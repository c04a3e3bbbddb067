/** What a small library of a test says of itself. */
export interface LibraryParts {
  /** Libraries that it is loaded with. */
  needed?: readonly string[]
  /** Texts among its constants, each between NULs. */
  texts?: readonly string[]
  /** GPUs that it has code for, as `[kind, capability]`: kind 1 is PTX, 2 machine code. */
  code?: readonly (readonly [number, number])[]
  /** Bytes that tell it from other builds. */
  salt?: string
}

/** An ELF file of 64 bits with the sections that are read of one: a linker would make the same of a library without functions. */
export function elfOf({ needed = [], texts = [], code = [], salt = '' }: LibraryParts = {}): Buffer {
  const strings = Buffer.from(`\0${needed.map((name) => `${name}\0`).join('')}`)
  const sections: { name: string; type: number; bytes: Buffer; link?: number }[] = [
    { name: '', type: 0, bytes: Buffer.alloc(0) },
    { name: '.note.gnu.build-id', type: 7, bytes: Buffer.from(salt) },
    { name: '.dynstr', type: 3, bytes: strings },
    { name: '.rodata', type: 1, bytes: Buffer.from(`\0${texts.map((text) => `${text}\0`).join('')}`) },
    { name: '.nv_fatbin', type: 1, bytes: fatbinOf(code) },
    { name: '.dynamic', type: 6, bytes: dynamicOf(needed, strings), link: 2 },
  ]
  const names = Buffer.from(`${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`)
  sections.push({ name: '.shstrtab', type: 3, bytes: names })
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(process.arch === 'arm64' ? 183 : 62, 18)
  const table = Buffer.alloc(64 * sections.length)
  let offset = 64
  for (const [index, { name, type, bytes, link = 0 }] of sections.entries()) {
    const at = index * 64
    table.writeUInt32LE(names.indexOf(`${name}\0`), at)
    table.writeUInt32LE(type, at + 4)
    table.writeBigUInt64LE(BigInt(offset), at + 24)
    table.writeBigUInt64LE(BigInt(bytes.length), at + 32)
    table.writeUInt32LE(link, at + 40)
    offset += bytes.length
  }
  header.writeBigUInt64LE(BigInt(offset), 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(sections.length, 60)
  header.writeUInt16LE(sections.length - 1, 62)
  return Buffer.concat([header, ...sections.map(({ bytes }) => bytes), table])
}

/** NEEDED is tag 1; a last entry of zeros ends them. */
function dynamicOf(needed: readonly string[], strings: Buffer): Buffer {
  const entries = Buffer.alloc(16 * (needed.length + 1))
  for (const [index, name] of needed.entries()) {
    entries.writeBigUInt64LE(1n, index * 16)
    entries.writeBigUInt64LE(BigInt(strings.indexOf(`\0${name}\0`) + 1), index * 16 + 8)
  }
  return entries
}

/** Each piece of code in a container of its own, as CUDA's compiler leaves them, with some padding after it. */
function fatbinOf(code: readonly (readonly [number, number])[]): Buffer {
  const containers = code.map(([kind, capability], index) => {
    const [header, entry, payload] = [Buffer.alloc(16), Buffer.alloc(64), Buffer.alloc(24 + 8 * index, 0xab)]
    header.writeUInt32LE(0xba55ed50, 0)
    header.writeUInt16LE(1, 4)
    header.writeUInt16LE(16, 6)
    header.writeBigUInt64LE(BigInt(entry.length + payload.length), 8)
    entry.writeUInt16LE(kind, 0)
    entry.writeUInt32LE(entry.length, 4)
    entry.writeBigUInt64LE(BigInt(payload.length), 8)
    entry.writeUInt32LE(capability, 28)
    return Buffer.concat([header, entry, payload, Buffer.alloc(8)])
  })
  return Buffer.concat(containers)
}
