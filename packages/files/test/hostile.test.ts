import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { readZip } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, fixture, newFolder } from './support.ts'
import { join, type Member, u16, u32, utf8, zipOf } from './writer.ts'

const refusal = async (bytes: Uint8Array) => (await failure(readZip(bytes))).message
const file = (name: string, more: Partial<Member> = {}): Member => ({ name, data: '1\n', ...more })

describe('a name that leads elsewhere is refused', () => {
  test.each<[string, string]>([
    ['../a.csv', 'leads out of the folder (..)'],
    ['a/../../b.csv', 'leads out of the folder (..)'],
    ['a/..', 'leads out of the folder (..)'],
    ['..\\a.csv', 'leads out of the folder (..)'],
    ['a\\..\\..\\b.csv', 'leads out of the folder (..)'],
    ['a\\../b.csv', 'leads out of the folder (..)'],
    ['/etc/cron.d/a', 'is an absolute path'],
    ['//host/share/a', 'is an absolute path'],
    ['\\\\host\\share\\a', 'is an absolute path'],
    ['C:\\a.csv', 'begins with a drive letter'],
    ['c:a.csv', 'begins with a drive letter'],
    ['a\\b.csv', 'holds a backslash'],
    ['a.csv\0.png', 'holds a NUL byte'],
    ['', 'its name is empty'],
    ['.', 'its name is empty'],
    [`${'a/'.repeat(100)}b`, 'its name lies deeper than 100 folders'],
  ])('%j', async (name, problem) => {
    const message = await refusal(zipOf([file('first.csv'), file(name)]))
    if (name.length < 60) expect(message).toContain(`zip, entry ${JSON.stringify(name)}: `)
    expect(message).toContain(problem)
    expect(message).toMatch(/This zip is not safe to unpack, and nothing of it was read\.$/)
  })

  test('a name that nobody reads to its end is shown as its beginning and its end', async () => {
    const message = await refusal(zipOf([file(`x${'y'.repeat(60_000)}z`)]))
    expect(message).toBe(
      `zip, entry "x${'y'.repeat(39)}…${'y'.repeat(18)}z": its name is longer than 4096 characters. This zip is not safe to unpack, and nothing of it was read.`,
    )
  })

  test('in the Unicode field too', async () => {
    const field = join(Uint8Array.of(1), u32(0x3610a686), utf8('../a'))
    expect(await refusal(zipOf([file('hello', { flags: 0, extra: [[0x7075, field]] })]))).toContain(
      '"../a": its name leads',
    )
  })

  test('dots that do not lead out are fine', async () => {
    const names = ['..a', 'a..', '...', 'a/.hidden', './b', 'x/./y', 'C/:']
    expect((await readZip(zipOf(names.map((name) => file(name))))).entries.map(({ name }) => name)).toEqual(names)
  })
})

describe('an entry that is no file and no folder is refused', () => {
  test.each<[string, Partial<Member>, string]>([
    ['a link', { mode: 0o120777 }, 'is a link'],
    ['a link that claims to come from DOS', { mode: 0o120777, host: 0 }, 'is a link'],
    ['a device', { mode: 0o060600 }, 'is a device, a pipe or a socket'],
    ['a pipe', { mode: 0o010600 }, 'is a device, a pipe or a socket'],
    ['a folder with bytes', { name: 'x/' }, 'is a folder with bytes of its own'],
  ])('%s', async (_, more, problem) => {
    expect(await refusal(zipOf([file('x', more)]))).toContain(problem)
  })
})

describe('entries that clash are refused', () => {
  test.each<[string, Member[], string]>([
    ['two of one name', [file('a'), file('a')], '"a": is there twice'],
    ['two spellings of one path', [file('a/b'), file('a//b')], '"a//b": is there twice'],
    ['the same with a dot', [file('a'), file('./a')], '"./a": is there twice'],
    ['a file and a folder', [file('a'), { name: 'a/' }], '"a/": is there twice'],
    ['a file with files in it', [file('a'), file('a/b/c')], '"a": is a file, and the folder of "a/b/c"'],
    ['the same the other way round', [file('a/b/c'), file('a/b')], '"a/b": is a file, and the folder of "a/b/c"'],
    ['two that share their bytes', [file('a'), file('b', { offset: 0 })], 'overlaps with entry'],
    [
      'one inside another',
      [file('a', { data: 'x'.repeat(100), method: 0 }), file('b', { offset: 40 })],
      '"a": overlaps with entry "b"',
    ],
    [
      'one that reaches into the next',
      [file('a', { central: { packedSize: 40 } }), file('b')],
      '"a": overlaps with entry "b"',
    ],
    [
      'one that reaches into the directory',
      [file('a', { central: { packedSize: 40 } })],
      '"a": overlaps with the directory',
    ],
    ['one that begins behind the directory', [file('a', { offset: 5000 })], '"a": overlaps with the directory'],
    ['one beyond every file', [file('a', { zip64: true, offset: 2 ** 52 })], '"a": overlaps with the directory'],
  ])('%s', async (_, members, problem) => {
    expect(await refusal(zipOf(members))).toContain(problem)
  })
})

describe('a zip that is damaged as a whole is refused', () => {
  const members = [file('a'), file('b')]
  const good = zipOf(members)
  const patched = (bytes: Uint8Array, at: number, ...values: number[]) => {
    const copy = bytes.slice()
    copy.set(values, at < 0 ? copy.length + at : at)
    return copy
  }
  const long = zipOf(members, { zip64: true })

  test.each<[string, Uint8Array, string]>([
    [
      'a part of a split one',
      zipOf(members, { end: { disk: 1, directoryDisk: 1 } }),
      'is one part of a zip that was split',
    ],
    ['the last part of a split one', zipOf(members, { end: { countHere: 1 } }), 'Join the parts first'],
    [
      'a split one with zip64',
      zipOf(members, { zip64: true, end: { disk: 1 } }),
      'is one part of a zip that was split',
    ],
    ['an entry on another disk', patched(good, good.length - 22 - 47 + 34, 1), 'lies in another part of a split zip'],
    ['too many entries', zipOf(members, { end: { count: 1 } }), 'expected 1 entries, found 2'],
    ['too few entries', zipOf(members, { end: { count: 3 } }), 'expected 3 entries, found 2'],
    [
      'a directory that begins too late',
      zipOf(members, { end: { offset: 1000 } }),
      'reach beyond its end record: the file is cut',
    ],
    [
      'a directory of another size',
      zipOf(members, { end: { size: 93 } }),
      'no directory of 2 entries where its end record says',
    ],
    ['a directory larger than the file', zipOf(members, { end: { size: 1e6 } }), 'the file is cut or damaged'],
    ['entries but no directory', zipOf(members, { end: { size: 0 } }), 'no directory of 2 entries'],
    ['a directory but no entries', zipOf(members, { end: { count: 0 } }), 'no directory of 0 entries'],
    ['a second entry that is none', patched(good, good.length - 22 - 47, 0x51), 'no entry begins here'],
    [
      'a name longer than the directory',
      patched(good, good.length - 22 - 47 + 29, 0xff),
      'an entry reaches beyond its end',
    ],
    ['a zip64 record that is lost', patched(long, -22 - 20 - 56, 0), 'its zip64 end record is not where it should be'],
    [
      'a zip64 record of another size',
      patched(long, -22 - 20 - 56 + 4, 99),
      'its zip64 end record is not where it should be',
    ],
    [
      'two end records that differ',
      patched(long, -22 + 8, 9, 0, 9, 0),
      'its zip64 end record is not where it should be',
    ],
    ['sizes that are missing', zipOf([file('a', { central: { size: 0xffffffff } })]), 'the sizes of "a" are missing'],
  ])('%s', async (_, bytes, problem) => {
    expect(await refusal(bytes)).toContain(problem)
  })

  test('cut at any byte', async () => {
    for (const bytes of [good, zipOf(members, { zip64: true, comment: 'PK' }), readFileSync(fixture('zip-stream'))]) {
      for (let length = 4; length < bytes.length; length += length < bytes.length - 400 ? 97 : 1) {
        const message = await refusal(bytes.subarray(0, length))
        expect(message).toMatch(/cut.*Download it again\.$/)
      }
    }
  })

  test('cut in front', async () => {
    for (let from = 1; from < 60; from++) expect(await refusal(good.subarray(from))).toContain('the file is cut')
  })

  test.each<[string, string, string]>([
    ['nothing', '', 'an empty file'],
    ['a web page', '\n<!DOCTYPE html>', 'a web page'],
    ['gzip', '\x1f\x8b\x08', 'a gzip file: unpack it with gunzip'],
    ['7z', '7z\xbc\xaf\x27\x1c', 'a 7z archive: unpack it with 7-Zip'],
    ['RAR', 'Rar!\x1a\x07', 'a RAR archive'],
    ['text', 'label,pixel0\n', 'something else'],
    ['two bytes of a zip', 'PK', 'something else'],
  ])('no zip at all: %s', async (_, begin, found) => {
    const message = await refusal(Uint8Array.from(begin, (letter) => letter.charCodeAt(0)))
    expect(message).toContain(`zip: expected a zip, found ${found}`)
  })

  test('no file at all', async () => {
    const folder = newFolder()
    const none = joinPath(folder, 'none.zip')
    expect((await failure(readZip(none))).message).toBe(
      `${none}: cannot be read: there is no such file. Check the path.`,
    )
    expect((await failure(readZip(folder))).message).toBe(
      `${folder}: expected a zip, found a folder. Pass the path of the file.`,
    )
    expect((await failure(readZip('/dev/null'))).message).toContain('found a device or a pipe')
    expect((await failure(readZip(none, { name: 'data.zip' }))).file).toBe('data.zip')
  })
})

describe('an entry that is damaged is refused while it is read', () => {
  const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i % 251) ^ (i >> 9))
  const packedLarge = deflateRawSync(large)
  const aa = utf8('a'.repeat(5000))
  const both = (numbers: Member['central']) => ({ central: numbers, local: numbers as NonNullable<Member['local']> })
  const bomb = deflateRawSync(new Uint8Array(1 << 25))
  const oneBlock = deflateRawSync(large.subarray(0, 1 << 18), { level: 0 })

  test.each<[string, Partial<Member>, string]>([
    ['another CRC-32', both({ crc: 1 }), 'expected a CRC-32 of 00000001, found '],
    ['another CRC-32, large', { data: large, ...both({ crc: 1 }) }, 'expected a CRC-32 of 00000001, found '],
    ['another CRC-32, stored', { method: 0, ...both({ crc: 1 }) }, 'expected a CRC-32 of 00000001, found '],
    ['more bytes than it says', { data: aa, ...both({ size: 4999 }) }, 'unpacks to more than the 4999 bytes it says'],
    [
      'more bytes than it says, by far',
      { packed: bomb, ...both({ size: 10 }) },
      'unpacks to more than the 10 bytes it says',
    ],
    [
      'more than it says, large',
      { data: large, ...both({ size: 2_999_999 }) },
      'unpacks to more than the 2999999 bytes it says',
    ],
    ['more than nothing', { data: aa, ...both({ size: 0 }) }, 'unpacks to more than the 0 bytes it says'],
    ['fewer bytes than it says', { data: aa, ...both({ size: 5001 }) }, 'expected 5001 bytes, found 5000'],
    ['fewer, large', { data: large, ...both({ size: 3_000_001 }) }, 'expected 3000001 bytes, found 3000000'],
    ['stored in another size', { method: 0, ...both({ size: 3 }) }, 'is stored as it is, and yet takes 2 bytes for 3'],
    [
      'packed bytes that end early',
      { data: aa, packed: deflateRawSync(aa).subarray(0, -3) },
      'cannot be unpacked (unexpected end of file)',
    ],
    [
      'packed bytes that end early, large',
      { data: large, packed: packedLarge.subarray(0, -3) },
      'cannot be unpacked (unexpected end of file)',
    ],
    [
      'bytes behind the packed ones',
      { data: aa, packed: join(deflateRawSync(aa), u16(0)) },
      'cannot be unpacked (bytes after the end',
    ],
    [
      'bytes behind, large',
      { data: large, packed: join(packedLarge, u16(0)) },
      'cannot be unpacked (bytes after the end',
    ],
    [
      'a megabyte behind, large',
      { data: large, packed: join(packedLarge, new Uint8Array(1 << 20)) },
      'cannot be unpacked (bytes after the end',
    ],
    [
      'bytes behind that come in a read of their own',
      { data: large.subarray(0, 1 << 18), packed: join(oneBlock, new Uint8Array(1 << 19)) },
      'cannot be unpacked (bytes after the end',
    ],
    ['no deflate', { packed: new Uint8Array(50).fill(0xff) }, 'cannot be unpacked (invalid block type)'],
    [
      'no deflate, large',
      { packed: new Uint8Array(50).fill(0xff), ...both({ size: 2e6 }) },
      'cannot be unpacked (invalid block type)',
    ],
    ['another name in its header', { local: { name: 'b' } }, 'has another name in its own header'],
    ['a longer name in its header', { local: { name: 'aa' }, extra: [[9, aa]] }, 'has another name in its own header'],
    [
      'another way of packing in its header',
      { local: { method: 0 } },
      'its own header does not agree with the directory',
    ],
    ['another size in its header', { local: { size: 1 } }, 'its own header does not agree with the directory'],
    ['another CRC-32 in its header', { local: { crc: 1 } }, 'its own header does not agree with the directory'],
    ['encryption in its header alone', { local: { flags: 0x801 } }, 'its own header does not agree with the directory'],
    [
      'no header',
      { offset: 1, packed: new Uint8Array(9), central: { packedSize: 1 } },
      'no entry begins where its directory says',
    ],
    ['encryption', { flags: 0x801 }, 'is encrypted. Unpack it with a tool that asks'],
    ['strong encryption', { flags: 0x841 }, 'is encrypted'],
    ['AES', { method: 99 }, 'is encrypted'],
    [
      'Deflate64, as Windows packs large files',
      { method: 9 },
      'is packed with Deflate64 (method 9), expected stored or deflate',
    ],
    ['a method that nobody knows', { method: 77 }, 'is packed with an unknown method (method 77)'],
  ])('%s', async (_, more, problem) => {
    const zip = await readZip(zipOf([{ name: 'a', data: '1\n', ...more }, file('z')]), { maxRatio: 2000 })
    const error = await failure(zip.bytes('a'))
    expect(error.message).toContain('zip, entry "a": ')
    expect(error.message).toContain(problem)
    expect(error.entry).toBe('a')
    // The others can still be read.
    expect(await zip.bytes('z')).toEqual(utf8('1\n'))
  })

  test('a file that is cut after it was opened', async () => {
    const path = joinPath(newFolder(), 'a.zip')
    writeFileSync(path, zipOf([{ name: 'a', data: large, method: 0 }]))
    const zip = await readZip(path)
    truncateSync(path, 1_000_000)
    expect((await failure(zip.bytes('a'))).message).toContain('the file became shorter while it was read')
    await zip.close()
  })

  test('a folder has no bytes', async () => {
    const zip = await readZip(zipOf([{ name: 'a/', method: 0 }]))
    expect((await failure(zip.bytes('a/'))).message).toContain('is a folder, and has no bytes')
  })
})

describe('a bomb is refused', () => {
  const zeros = (mebibytes: number) => ({ data: new Uint8Array(mebibytes << 20) })

  test('by what it unpacks to from how much, unless it is small', async () => {
    const zip = await readZip(zipOf([file('a', zeros(17)), file('b', zeros(15))]))
    const { message } = await failure(zip.bytes('a'))
    expect(message).toMatch(/unpacks 16\.\d KiB to 17 MiB, more than 200 times as much, as zip bombs do\. If you trust/)
    expect((await zip.bytes('b')).length).toBe(15 << 20)
    const trusting = await readZip(zipOf([file('a', zeros(17))]), { maxRatio: 1100 })
    expect((await trusting.bytes('a')).length).toBe(17 << 20)
  })

  test('by its size, and by the size of all that is opened', async () => {
    const bytes = zipOf([file('a', { data: 'x'.repeat(600) }), file('b', { data: 'x'.repeat(600) })])
    const zip = await readZip(bytes, { maxEntry: 599 })
    expect((await failure(zip.bytes('a'))).message).toContain('unpacks to 600 bytes, more than the limit of 599 bytes')
    const whole = await readZip(bytes, { maxTotal: 1199 })
    // Opened twice, it counts once.
    await whole.bytes('a')
    await whole.bytes('a')
    expect((await failure(whole.bytes('b'))).message).toContain(
      'unpacks to 1200 bytes, more than the limit of 1199 bytes',
    )
  })

  test('that says it is huge, before any memory is taken', async () => {
    const zip = await readZip(zipOf([file('a', { zip64: true, central: { size: 2 ** 50 } })]), { maxEntry: Infinity })
    expect((await failure(zip.bytes('a'))).message).toContain('to 1 PiB, more than 200 times as much')
    const all = await readZip(zipOf([file('a', { zip64: true, central: { size: 2 ** 50 } })]), {
      maxEntry: Infinity,
      maxRatio: Infinity,
      maxTotal: Infinity,
    })
    expect((await failure(all.bytes('a'))).message).toContain('do not fit into memory at once. Read it with open()')
  })
})
