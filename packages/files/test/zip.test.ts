import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { type ByteSource, readZip, type ZipSource } from '@pixelrow/files'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contents, failure, fixture, text } from './support.ts'
import { join, type Member, u16, u32, utf8, zipOf } from './writer.ts'

const rows = Array.from({ length: 2000 }, (_, i) => `${i % 10},${(i * 7) % 256},0,${i % 3}\n`).join('')
const expected = { 'train.csv': rows, 'data/sample.csv': 'ImageId,Label\n1,0\n', 'data/größe.txt': 'ü\n' }

describe('a zip made by', () => {
  test.each([
    ['Python', 'python'],
    ['Python, stored', 'python-stored'],
    ['Python, zip64', 'python-zip64'],
    ['Python, to a pipe (data descriptors)', 'python-stream'],
    ['Python, behind a script', 'python-prefixed'],
    ['zip', 'zip'],
    ['zip, with extra fields', 'zip-extra'],
    ['zip, data descriptors', 'zip-descriptors'],
    ['zip, zip64', 'zip-zip64'],
    ['zip, to a pipe', 'zip-stream'],
  ])('%s is read', async (_, name) => {
    expect(await contents(fixture(name))).toEqual(expected)
  })

  test('Python describes its entries', async () => {
    const zip = await readZip(fixture('python'))
    expect(zip.comment).toBe('made by zipfile, für dich')
    expect(zip.name).toBe(fixture('python'))
    expect(zip.entries.map(({ name }) => name)).toEqual([...Object.keys(expected), 'empty/'])
    expect(zip.entry('train.csv')).toEqual({
      name: 'train.csv',
      directory: false,
      size: rows.length,
      compressedSize: 4925,
      crc32: zip.entries[0]!.crc32,
      method: 8,
      encrypted: false,
      comment: '',
      offset: 0,
    })
    expect(zip.entry('empty/')).toMatchObject({ directory: true, size: 0 })
    expect(zip.entry('none')).toBeUndefined()
    await zip.close()
  })

  test.each([
    ['zip -P, encrypted', 'zip-encrypted', 'train.csv', 'is encrypted'],
    ['Python, bzip2', 'python-bzip2', 'sample.csv', 'is packed with bzip2 (method 12), expected stored or deflate'],
    ['Python, LZMA', 'python-lzma', 'sample.csv', 'is packed with LZMA (method 14), expected stored or deflate'],
  ])('%s opens, and its entry is refused by name', async (_, name, entry, problem) => {
    const zip = await readZip(fixture(name))
    const error = await failure(zip.bytes(entry))
    expect(error).toMatchObject({ file: fixture(name), entry })
    expect(error.message).toContain(`${fixture(name)}, entry "${entry}": ${problem}. Unpack it`)
    expect(() => zip.open(entry)).toThrow(problem)
    await zip.close()
  })

  test('zip -y, with a link, is refused', async () => {
    expect((await failure(readZip(fixture('zip-link')))).message).toContain('entry "link.csv": is a link')
  })
})

test('a zip is read from a path, a URL, bytes, a blob, an open file and a source of ranges', async () => {
  const path = fixture('python')
  const bytes = new Uint8Array(readFileSync(path))
  const inside = new Uint8Array([1, 2, 3, ...bytes, 4]).subarray(3, -1)
  const ranges: ByteSource = {
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  }
  const sources: ZipSource[] = [path, pathToFileURL(path), bytes, inside, Buffer.from(bytes), new Blob([bytes]), ranges]
  for (const source of sources) expect(await contents(source)).toEqual(expected)
  const handle = await open(path)
  expect(await contents(handle)).toEqual(expected)
  // Whoever opened it closes it.
  expect((await handle.stat()).isFile()).toBe(true)
  await handle.close()
})

test('only the directory and the entry asked for are read', async () => {
  const noise = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 2654435761) >>> 24)
  const members = [...'abcdefgh'].map((name) => ({ name, data: noise, method: 0 }))
  const bytes = zipOf([...members, { name: 'small.csv', data: '1,2\n' }])
  let count = 0
  const zip = await readZip({
    size: bytes.length,
    read: async (offset, length) => {
      count += length
      return bytes.subarray(offset, offset + length)
    },
  })
  expect(text(await zip.bytes('small.csv'))).toBe('1,2\n')
  expect(count).toBeLessThan(300_000)
})

test('entries of any kind and size come in chunks, several at a time', async () => {
  const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >>> 5)
  const zip = await readZip(zipOf([{ name: 'a', data: large }, { name: 'b', data: large, method: 0 }, { name: 'c' }]))
  const read = async (name: string) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of zip.open(name)) chunks.push(chunk)
    expect(Math.max(0, ...chunks.map(({ length }) => length))).toBeLessThanOrEqual(1 << 20)
    return join(...chunks)
  }
  const [a, b, c, again] = await Promise.all([read('a'), read('b'), read('c'), zip.bytes('a')])
  for (const each of [a, b, again]) expect(Buffer.compare(each, large)).toBe(0)
  expect(c).toEqual(new Uint8Array(0))
  await zip.close()
})

test('reading can be stopped by the loop, by a signal and by close', async () => {
  const handle = await open(fixture('python-stored'))
  const zip = await readZip(handle)
  for await (const chunk of zip.open('train.csv')) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  const reason = new Error('enough')
  await expect(zip.bytes('train.csv', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const control = new AbortController()
  const large = await readZip(zipOf([{ name: 'a', data: new Uint8Array(1 << 22).fill(7), method: 0 }]))
  const seen: number[] = []
  const work = (async () => {
    for await (const chunk of large.open('a', { signal: control.signal })) {
      seen.push(chunk.length)
      control.abort(reason)
    }
  })()
  await expect(work).rejects.toBe(reason)
  expect(seen).toHaveLength(1)
  await zip.close()
  expect((await failure(zip.bytes('train.csv'))).message).toContain('is closed. Open it again')
  await zip.close()
  await handle.close()
})

test('an unknown name is answered with some that are there', async () => {
  const zip = await readZip(fixture('python'))
  expect((await failure(zip.bytes('test.csv'))).message).toBe(
    `${fixture('python')}, entry "test.csv": is not in this zip. It has train.csv, data/sample.csv, data/größe.txt and more.`,
  )
  await zip.close()
})

describe('a name', () => {
  const nameOf = async (member: Member) => (await readZip(zipOf([member]))).entries[0]!.name
  const bytes = Uint8Array.of(0x67, 0x72, 0x94, 0xe1, 0x65) // größe in CP437

  test('is UTF-8 with the flag, else CP437', async () => {
    expect(await nameOf({ name: 'größe' })).toBe('größe')
    expect(await nameOf({ name: bytes, flags: 0, host: 0 })).toBe('größe')
    expect(await nameOf({ name: Uint8Array.of(0xc3, 0xa4), flags: 0, host: 0 })).toBe('├ñ')
    const all = Uint8Array.from({ length: 128 }, (_, i) => i + 128)
    expect(await nameOf({ name: all, flags: 0, host: 0 })).toMatch(/^ÇüéâäàåçêëèïîìÄÅ.*°∙·√ⁿ²■\u00a0$/)
  })

  test('from Unix without the flag is UTF-8 if it can be', async () => {
    expect(await nameOf({ name: 'größe', flags: 0, host: 3 })).toBe('größe')
    expect(await nameOf({ name: bytes, flags: 0, host: 3 })).toBe('größe')
  })

  test('in Info-ZIP’s Unicode field counts if it belongs to the name', async () => {
    const [crc, name] = [0x3610a686, utf8('hello')] // CRC-32 of "hello"
    const field = (sum: number): Member['extra'] => [[0x7075, join(Uint8Array.of(1), u32(sum), utf8('größe'))]]
    expect(await nameOf({ name, flags: 0, host: 0, extra: field(crc) })).toBe('größe')
    expect(await nameOf({ name, flags: 0, host: 0, extra: field(crc + 1) })).toBe('hello')
  })

  test('that says UTF-8 and is not is refused', async () => {
    expect((await failure(nameOf({ name: bytes }))).message).toContain('a name says that it is UTF-8 and is not')
  })

  test('and a comment go together', async () => {
    const zip = await readZip(zipOf([{ name: 'a', comment: 'ä' }], { comment: Uint8Array.of(0x84) }))
    expect([zip.entries[0]!.comment, zip.comment]).toEqual(['ä', 'ä'])
  })
})

describe('around the zip', () => {
  const members = [
    { name: 'a.csv', data: '1\n' },
    { name: 'b/c.csv', data: '2\n', method: 0 },
  ]
  const inside = { 'a.csv': '1\n', 'b/c.csv': '2\n' }
  const script = utf8('#!/bin/sh\n')

  test.each<[string, Uint8Array]>([
    ['nothing', zipOf(members)],
    ['a comment', zipOf(members, { comment: 'x'.repeat(65535) })],
    ['bytes in front', zipOf(members, { prefix: script })],
    ['bytes in front that offsets count', zipOf(members, { prefix: script, counted: true })],
    ['bytes behind', zipOf(members, { suffix: utf8('\r\n'.repeat(500)) })],
    ['a comment and bytes behind', zipOf(members, { comment: 'hi', suffix: new Uint8Array(60_000) })],
    ['zip64', zipOf(members, { zip64: true })],
    ['zip64 and bytes in front', zipOf(members, { zip64: true, prefix: script })],
    ['zip64, bytes in front that offsets count', zipOf(members, { zip64: true, prefix: script, counted: true })],
    ['a comment with the start of an end record', zipOf(members, { comment: 'PK\x05\x06' })],
    [
      'an end record in the comment that leads nowhere',
      zipOf(members, { comment: join(u32(0x06054b50), new Uint8Array(18).fill(9)) }),
    ],
  ])('%s is no hindrance', async (_, bytes) => {
    expect(await contents(bytes)).toEqual(inside)
  })

  test('an empty zip has no entries', async () => {
    for (const zip64 of [false, true]) expect((await readZip(zipOf([], { zip64 }))).entries).toEqual([])
  })

  test('a zip stored in a zip is not taken for it', async () => {
    const outer = zipOf([
      { name: 'x', data: '3' },
      { name: 'inner.zip', data: zipOf(members), method: 0 },
    ])
    const zip = await readZip(outer)
    expect(zip.entries.map(({ name }) => name)).toEqual(['x', 'inner.zip'])
    expect(await contents(await zip.bytes('inner.zip'))).toEqual(inside)
    // Cut right behind the inner zip, and a little later.
    const end = outer.length - 22 - 2 * 46 - 'xinner.zip'.length
    for (const cut of [end, end + 1, end + 60])
      expect((await failure(readZip(outer.subarray(0, cut)))).message).toContain('is cut, or two files in one')
  })
})

test('a zip behind a zip is not read as the first one with something behind it', async () => {
  const first = zipOf([{ name: 'a', data: '1' }])
  for (const second of [zipOf([]), zipOf([{ name: 'b', data: '2' }])])
    expect((await failure(readZip(join(first, second)))).message).toContain('is cut, or two files in one')
})

describe('large ones', () => {
  test('a directory of 70,000 entries, with a 64-bit count and with one that went round', async () => {
    const members = Array.from({ length: 70_000 }, (_, i) => ({ name: `${i % 10}/${i}.png`, method: 0, data: `${i}` }))
    const long = zipOf(members, { zip64: true })
    const directory = long.length - 22 - 20 - 56
    const short = (count: number) => {
      const [size, offset] = [40, 48].map((at) => long.subarray(directory + at, directory + at + 4)) as [
        Uint8Array,
        Uint8Array,
      ]
      return join(long.subarray(0, directory), u32(0x06054b50), u16(0, 0, count, count), size, offset, u16(0))
    }
    for (const bytes of [long, short(70_000 % 65536)]) {
      const zip = await readZip(bytes)
      expect(zip.entries).toHaveLength(70_000)
      expect(text(await zip.bytes('9/69999.png'))).toBe('69999')
    }
    expect((await failure(readZip(short(4465)))).message).toContain('expected 4465 entries, found 70000')
    expect((await failure(readZip(long, { maxEntries: 69_999 }))).message).toContain('has more than 69999 entries')
  })

  test('an entry that begins beyond 4 GiB', async () => {
    const far = 5 * 2 ** 30
    // Everything in front of `far` is bytes of no entry; the header takes 30 + 7 + 20 bytes, then come the data and the directory.
    const offset = far + 30 + 7 + 20 + deflateRawSync('1,2\n').length
    const member = { name: 'far.csv', data: '1,2\n', zip64: true, offset: far }
    const bytes = zipOf([member], { zip64: true, end: { offset } })
    const source: ByteSource = {
      size: far + bytes.length,
      async read(at, length) {
        const part = new Uint8Array(length)
        for (let i = Math.max(0, far - at); i < length; i++) part[i] = bytes[at + i - far]!
        return part
      },
    }
    expect(await contents(source)).toEqual({ 'far.csv': '1,2\n' })
  })
})

test('any names and contents come back', async () => {
  const part = fc
    .string({ minLength: 1, maxLength: 12, unit: 'binary' })
    .map((name) => name.replaceAll(/[/\\\0:]|^\.+$/g, '_'))
  const member = fc.record({
    name: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
    data: fc.uint8Array({ maxLength: 2000 }),
    method: fc.constantFrom(0, 8),
    descriptor: fc.boolean(),
    zip64: fc.boolean(),
  })
  const frame = fc.record({
    comment: fc.uint8Array({ maxLength: 30 }),
    zip64: fc.boolean(),
    prefix: fc.uint8Array({ maxLength: 20 }),
    counted: fc.boolean(),
  })
  const property = fc.asyncProperty(fc.array(member, { maxLength: 8 }), frame, async (found, around) => {
    // A folder of its own for each: no two clash.
    const members = found.map((each, i) => ({ ...each, name: `${i}/${each.name}` }))
    const zip = await readZip(zipOf(members, around))
    expect(zip.entries.map(({ name }) => name)).toEqual(members.map(({ name }) => name))
    for (const { name, data } of members) expect(Buffer.compare(await zip.bytes(name), data)).toBe(0)
  })
  await fc.assert(property, { numRuns: 300 })
})
