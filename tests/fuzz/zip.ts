import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extractZip, readZip } from '@pixelrow/files'
import fc, { type Arbitrary } from 'fast-check'
import { type Frame, type Member, utf8, zipOf } from '../../packages/files/test/writer.ts'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damaged, damages, odd, rarely } from './lies.ts'

/** A zip with its lies, as plain data. */
export interface ZipCase {
  members: Member[]
  frame: Frame
  damages: Damage[]
}

const plainName = fc.constantFrom('a.csv', 'b/c.csv', 'b/d.bin', 'b/', 'train.csv', 'ä.csv', 'x/y/z')
const hostileName = fc.oneof(
  fc.constantFrom(
    '../a',
    'a/../../b',
    '/etc/a',
    '\\\\host\\a',
    'C:\\a',
    'c:a',
    'a\\b',
    'a\0b',
    '',
    '.',
    '..',
    '/',
    './',
  ),
  fc.constantFrom('A.CSV', 'a.csv/b', 'B/C.csv', 'a.csv.', 'nul', 'con.txt', 'a\u202eb', '\x1b[2Ja', 'a\nb', './a.csv'),
  fc.constantFrom(
    'ä.csv',
    '\ufeffa.csv',
    'a'.repeat(300),
    `${'d/'.repeat(400)}a`,
    'x'.repeat(60_000),
    '__proto__',
    '\ud800',
  ),
  fc.uint8Array({ maxLength: 12 }),
)
const name: Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: plainName },
  { weight: 1, arbitrary: hostileName },
)

/** A mebibyte of zeros packs into a kibibyte. */
const zeros = (mebibytes: number) => new Uint8Array(mebibytes << 20)
const inner = new Uint8Array(64)
const nested = zipOf([{ name: 'inner', data: inner }])
const data: Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 10, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 10, arbitrary: fc.nat(400).map((rows) => '1,2\n'.repeat(rows)) },
  { weight: 1, arbitrary: fc.constantFrom(1, 5, 15, 17, 40).map(zeros) },
  { weight: 1, arbitrary: fc.constantFrom(nested, zipOf([{ name: 'bomb', data: zeros(30) }])) },
)

const numbers = fc.record(
  { crc: odd(32), packedSize: odd(32), size: odd(32), method: odd(16), flags: odd(16) },
  { requiredKeys: [] },
)
const extra = fc.array(
  fc.tuple(fc.constantFrom(1, 9, 0x7075, 0x5455), fc.uint8Array({ maxLength: 40 })) as Arbitrary<[number, Uint8Array]>,
  { maxLength: 3 },
)
const lies = fc.record(
  {
    packed: fc.uint8Array({ maxLength: 60 }),
    method: fc.constantFrom(0, 8, 9, 12, 99),
    flags: odd(16),
    host: fc.constantFrom(0, 3, 19, 255),
    mode: fc.constantFrom(0o120777, 0o060600, 0o010600, 0o040755, 0o100644),
    extra,
    central: numbers,
    local: numbers,
    offset: fc.oneof(odd(32), fc.constantFrom(2 ** 52, 2 ** 40)),
  },
  { requiredKeys: [] },
)

const honest = fc.record({
  name,
  data,
  method: fc.constantFrom(0, 8),
  descriptor: fc.boolean(),
  zip64: fc.boolean(),
})
const member: Arbitrary<Member> = fc.tuple(honest, rarely(lies)).map(([it, lie]) => {
  const large = typeof it.data !== 'string' && it.data.length > 1 << 20
  return { ...it, ...(large && { method: 8 }), ...lie }
})

const end = fc.record(
  { disk: odd(16), directoryDisk: odd(16), count: odd(16), countHere: odd(16), size: odd(32), offset: odd(32) },
  { requiredKeys: [] },
)
const record = utf8('PK\x05\x06').slice()
const comment = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom('PK\x05\x06', 'x'.repeat(0xffff)),
  fc.uint8Array({ maxLength: 18 }).map((rest) => new Uint8Array(Buffer.concat([record, rest, new Uint8Array(18)]))),
)
const frame: Arbitrary<Frame> = fc.record(
  {
    zip64: fc.boolean(),
    comment: rarely(comment).map((text) => text ?? ''),
    prefix: rarely(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(nested))).map((it) => it ?? new Uint8Array()),
    suffix: rarely(fc.uint8Array({ maxLength: 40 })).map((it) => it ?? new Uint8Array()),
    counted: fc.boolean(),
    end: rarely(end).map((it) => it ?? {}),
  },
  { requiredKeys: [] },
)

/** The case that holds no lie at all, of distinct plain names. */
function isHonest({ members, frame, damages }: ZipCase): boolean {
  const plain = ['a.csv', 'b/c.csv', 'b/d.bin', 'train.csv', 'ä.csv', 'x/y/z']
  const names = members.map((each) => each.name as string)
  const free = members.every((each) =>
    Object.keys(each).every((key) => key in { name: 1, data: 1, method: 1, descriptor: 1, zip64: 1 }),
  )
  const small = members.every((each) => (each.data?.length ?? 0) <= 15 << 20)
  const framed = !frame.prefix?.length && !frame.suffix?.length && Object.keys(frame.end ?? {}).length === 0
  return (
    free &&
    small &&
    framed &&
    damages.length === 0 &&
    !String(frame.comment ?? '').includes('PK') &&
    typeof (frame.comment ?? '') === 'string' &&
    new Set(names).size === names.length &&
    names.every((each) => plain.includes(each))
  )
}

async function readAll(it: ZipCase, file: Uint8Array): Promise<void> {
  const zip = await readZip(file)
  // With an end record that lies, the whole zip in front of it is one with something behind.
  const isLying = Object.keys(it.frame.end ?? {}).length > 0 || it.damages.length > 0
  const before = isLying ? [inner] : []
  const known = new Set([...before, ...it.members.flatMap((each) => [each.data, each.packed])].map(sumOf))
  for (const { name, directory } of zip.entries) {
    if (directory) continue
    await answered(async () => {
      const found = await zip.bytes(name)
      if (found.length > 0 && !known.has(sumOf(found))) throw new Wrong(`${name} is what nobody put there`)
    })
  }
  if (!isHonest(it)) return
  for (const { name, data } of it.members) {
    const found = await zip.bytes(name as string).catch((error) => {
      throw new Wrong(`${name}: ${error.message}`)
    })
    if (sumOf(found) !== sumOf(data)) throw new Wrong(`${name} holds something else`)
  }
}

/** By which contents are compared: copies of them would count as the reader's memory. */
const sumOf = (bytes: string | Uint8Array = '') => createHash('sha256').update(utf8(bytes)).digest('hex')

/** Unpacks into a folder beside a file that must stay as it is; whatever appears is below that folder. */
async function unpack(file: Uint8Array, folder: string): Promise<void> {
  const [out, canary] = [join(folder, 'out'), join(folder, 'canary')]
  writeFileSync(canary, 'alive')
  await answered(() => extractZip(file, out))
  const beside = readdirSync(folder).filter((each) => each !== 'out')
  if (beside.join() !== 'canary' || readFileSync(canary, 'utf8') !== 'alive') throw new Wrong(`wrote ${beside}`)
  const left = existsSync(out) ? readdirSync(out, { recursive: true, encoding: 'utf8' }) : []
  const temporary = left.find((each) => each.endsWith('.tmp'))
  if (temporary) throw new Wrong(`left ${temporary}`)
}

/** Zips: lying sizes, names, counts, zip64, descriptors, comments that look like an end, overlaps, bombs. */
export const zip: Format<ZipCase> = {
  cases: fc.record({ members: fc.array(member, { maxLength: 5 }), frame, damages }),
  bytes: ({ members, frame, damages }) => damaged(zipOf(members, frame), damages),
  async read(it, file, folder) {
    const isRead = await answered(() => readAll(it, file))
    if (!isRead && isHonest(it)) throw new Wrong('a whole zip is refused')
    await unpack(file, folder)
  },
  // Of an entry 16 MiB are unpacked whatever it was packed in, above that 200 times what it was packed in.
  memory: { most: 96e6, perByte: 400 },
}
