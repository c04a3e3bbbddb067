// @ts-check
import { crc32, deflateRawSync } from 'node:zlib'

/** A zip of files, as Kaggle gives all files of a competition. @param {Record<string, Uint8Array>} files @returns {Buffer} */
export function zipOf(files) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, bytes] of Object.entries(files)) {
    const packed = deflateRawSync(bytes, { level: 1 })
    const fields = fieldsOf(name, bytes, packed.length)
    const local = Buffer.concat([u32(0x04034b50), fields, Buffer.from(name), packed])
    // 20 + Unix: made by; then comment, disk, attributes: a plain file.
    directory.push(
      Buffer.concat([u32(0x02014b50), u16(0x0314), fields, u16(0, 0, 0), u32(0x81a40000, offset), Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.length
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0)
  const count = directory.length
  const end = Buffer.concat([u32(0x06054b50), u16(0, 0, count, count), u32(size, offset), u16(0)])
  return Buffer.concat([...parts, ...directory, end])
}

/** What a local header and the directory have in common. @param {string} name @param {Uint8Array} bytes @param {number} packed */
function fieldsOf(name, bytes, packed) {
  const [version, utf8, deflate, time, date] = [20, 0x800, 8, 0, 0x5821]
  const sums = u32(crc32(bytes), packed, bytes.length)
  return Buffer.concat([u16(version, utf8, deflate, time, date), sums, u16(Buffer.byteLength(name), 0)])
}

/** @param {number[]} values */
const u16 = (...values) => Buffer.concat(values.map((value) => Buffer.from([value & 255, value >> 8])))

/** @param {...number} values */
function u32(...values) {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * i)
  return bytes
}
