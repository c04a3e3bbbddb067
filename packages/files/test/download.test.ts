import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DownloadOptions, download, type RetryNotice } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, listing, newFolder } from './support.ts'
import { etagOf, file, nobody, noise, serve, status } from './web.ts'

const bytes = noise(300_000)
const md5 = { algorithm: 'md5', value: createHash('md5').update(bytes).digest('base64') } as const
/** Retries without a wait worth the name. */
const quick = { firstDelay: 1, checksum: md5 } satisfies DownloadOptions

function target() {
  const folder = newFolder()
  return { folder, path: join(folder, 'data.bin') }
}

/** Leaves what a run leaves that was ended in the middle. */
async function leavePart(path: string, content: Uint8Array = bytes): Promise<number> {
  const { url } = await serve(file(content, { cutAfter: 100_000 }))
  await failure(download(url, path, { tries: 1, firstDelay: 1 }))
  return readFileSync(`${path}.part`).length
}

describe('a whole file', () => {
  test('appears in its place, verified, with progress to the last byte', async () => {
    const { url, requests } = await serve(file(bytes))
    const { folder, path } = target()
    const seen: [number, number | undefined][] = []
    const onProgress: DownloadOptions['onProgress'] = ({ bytes, totalBytes }) => seen.push([bytes, totalBytes])
    expect(await download(url, path, { ...quick, size: bytes.length, onProgress })).toEqual({
      path,
      bytes: bytes.length,
      resumedFrom: 0,
    })
    expect(readFileSync(path)).toEqual(bytes)
    expect(listing(folder)).toEqual(['data.bin'])
    expect(seen[0]).toEqual([0, bytes.length])
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length])
    expect(requests[0]).toMatchObject({ 'accept-encoding': 'identity' })
    expect(requests[0]).not.toHaveProperty('range')
  })

  test('may be empty, and come without a length or an ETag', async () => {
    const { path } = target()
    const { url } = await serve(file(new Uint8Array()))
    expect(await download(url, path)).toMatchObject({ bytes: 0 })
    const bare = await serve((response) => response.end(bytes))
    expect(await download(bare.url, path, { ...quick, overwrite: true })).toMatchObject({ bytes: bytes.length })
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('is taken with any fetch, and with headers', async () => {
    const { url, requests } = await serve(file(bytes))
    const { path } = target()
    const urls: string[] = []
    const fetch = (address: string, init: RequestInit) => {
      urls.push(address)
      return globalThis.fetch(address, init)
    }
    await download(new URL(url), path, { fetch, headers: { 'x-asked-by': 'me' } })
    expect(urls).toEqual([url])
    expect(requests[0]).toMatchObject({ 'x-asked-by': 'me' })
  })

  test('is not loaded over one that is there, and that costs no request', async () => {
    const { url, requests } = await serve(file(bytes))
    const { path } = target()
    writeFileSync(path, 'mine')
    const error = await failure(download(url, path))
    expect(error).toMatchObject({ exists: true })
    expect(error.message).toContain('is there already. Pass overwrite: true')
    expect(requests).toEqual([])
    await download(url, path, { overwrite: true })
    expect(readFileSync(path)).toEqual(bytes)
  })
})

describe('what is wrong', () => {
  test.each([
    ['size', { size: 300_001 }, 'data.bin: has 300000 bytes, expected 300001. Nothing of it was kept.'],
    [
      'MD5',
      { checksum: { algorithm: 'md5', value: '0'.repeat(32) } },
      `its MD5 is ${createHash('md5').update(bytes).digest('hex')}, expected 000`,
    ],
    ['CRC-32C', { checksum: { algorithm: 'crc32c', value: 'AAAAAA==' } }, 'expected 00000000'],
  ] as const)('in its %s leaves nothing', async (_, options, message) => {
    const { url } = await serve(file(bytes))
    const { folder, path } = target()
    expect((await failure(download(url, path, options))).message).toContain(message)
    expect(listing(folder)).toEqual([])
  })

  test('CRC-32C is that of RFC 3720', async () => {
    const { path } = target()
    const zeros = await serve(file(new Uint8Array(32)))
    await download(zeros.url, path, { checksum: { algorithm: 'crc32c', value: '8a9136aa' } })
    const digits = await serve(file(Buffer.from('123456789')))
    const checksum = (headers: Headers) => ({ algorithm: 'crc32c' as const, value: headers.get('x-sum')! })
    const sent = await serve(file(Buffer.from('123456789'), { headers: { 'x-sum': '4waSgw==' } }))
    await download(digits.url, path, { overwrite: true, checksum: { algorithm: 'crc32c', value: '4waSgw==' } })
    await download(sent.url, path, { overwrite: true, checksum })
  })

  test.each([404, 403, 451])('status %i is an error at once, and its body goes nowhere', async (code) => {
    const { url, requests } = await serve(status(code))
    const { folder, path } = target()
    const { message } = await failure(download(url, path, { name: 'train.csv' }))
    expect(message).toBe(`train.csv: cannot be downloaded: the server answered ${code}. Check the address.`)
    expect(listing(folder)).toEqual([])
    expect(requests).toHaveLength(1)
  })

  test('nobody at the address is said, without the address', async () => {
    const { path, folder } = target()
    const { message } = await failure(download(await nobody(), path, { tries: 2, firstDelay: 1 }))
    expect(message).toBe('data.bin: cannot be downloaded: nothing answers at that address. Try again.')
    expect(listing(folder)).toEqual([])
  })
})

describe('a cut connection', () => {
  test('is continued behind what has come, byte by byte', async () => {
    const { url, requests } = await serve(file(bytes, { cutAfter: 100_001 }), file(bytes, { cutAfter: 7 }), file(bytes))
    const { folder, path } = target()
    const notices: RetryNotice[] = []
    await download(url, path, { ...quick, onRetry: (notice) => notices.push(notice) })
    expect(readFileSync(path)).toEqual(bytes)
    expect(listing(folder)).toEqual(['data.bin'])
    expect(requests.map(({ range }) => range)).toEqual([undefined, 'bytes=100001-', 'bytes=100008-'])
    expect(requests[2]).toMatchObject({ 'if-range': etagOf(bytes) })
    // Seven bytes are no progress to begin the tries anew.
    const reason = 'the connection was cut'
    expect(notices).toEqual([1, 2].map((tried) => expect.objectContaining({ reason, tried })))
  })

  test('starts over where the server knows no ranges', async () => {
    const { url } = await serve(file(bytes, { cutAfter: 100_001 }), file(bytes, { ranges: false }))
    const { path } = target()
    expect(await download(url, path, quick)).toMatchObject({ bytes: bytes.length, resumedFrom: 0 })
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('starts over without a strong ETag', async () => {
    const weak = { etag: 'W/"1"' }
    const { url, requests } = await serve(file(bytes, { ...weak, cutAfter: 100_001 }), file(bytes, weak))
    const { path } = target()
    await download(url, path, quick)
    expect(requests[1]).not.toHaveProperty('range')
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('that stands still counts as cut', async () => {
    const still: Parameters<typeof serve>[0] = (response) => {
      response.writeHead(200, { etag: etagOf(bytes), 'content-length': bytes.length })
      response.write(bytes.subarray(0, 50_000))
    }
    const { url, requests } = await serve(still, file(bytes))
    const { path } = target()
    await download(url, path, { ...quick, stallTimeout: 1000 })
    expect(requests[1]).toMatchObject({ range: 'bytes=50000-' })
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('keeps what has come when the tries are used up, and says so', async () => {
    const { url, requests } = await serve(file(bytes, { cutAfter: 150_000 }), status(503))
    const { folder, path } = target()
    const { message } = await failure(download(url, path, { ...quick, tries: 3 }))
    expect(message).toBe(
      'data.bin: cannot be downloaded: the server answered 503. Try again: it continues behind the 146.5 KiB that are kept.',
    )
    expect(requests).toHaveLength(3)
    expect(listing(folder)).toEqual(['data.bin.part', 'data.bin.part.json'])
  })
})

describe('a second run', () => {
  test('continues with one ranged request', async () => {
    const { folder, path } = target()
    const have = await leavePart(path)
    expect(have).toBe(100_000)
    const { url, requests } = await serve(file(bytes))
    expect(await download(url, path, quick)).toMatchObject({ bytes: bytes.length, resumedFrom: have })
    expect(requests.map(({ range }) => range)).toEqual([`bytes=${have}-`])
    expect(readFileSync(path)).toEqual(bytes)
    expect(listing(folder)).toEqual(['data.bin'])
  })

  test('asks for no byte again where all are there', async () => {
    const { path } = target()
    await leavePart(path)
    writeFileSync(`${path}.part`, bytes)
    const { url, requests } = await serve(file(bytes))
    expect(await download(url, path, quick)).toMatchObject({ resumedFrom: bytes.length })
    expect(requests.map(({ range }) => range)).toEqual([`bytes=${bytes.length}-`])
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('starts over when the file has changed, whether the server minds If-Range or not', async () => {
    const other = noise(300_001)
    const careless = (response: Parameters<Parameters<typeof serve>[0]>[0]) => {
      response.writeHead(206, { etag: etagOf(other), 'content-range': `bytes 100000-300000/300001` })
      response.end(other.subarray(100_000))
    }
    for (const handlers of [[file(other)], [careless, file(other)]]) {
      const { path } = target()
      await leavePart(path)
      const { url } = await serve(...handlers)
      expect(await download(url, path, { firstDelay: 1 })).toMatchObject({ bytes: 300_001, resumedFrom: 0 })
      expect(readFileSync(path)).toEqual(other)
    }
  })

  test('loads again what was damaged in the meantime', async () => {
    const { path } = target()
    await leavePart(path)
    writeFileSync(`${path}.part`, Buffer.alloc(100_000))
    const { url, requests } = await serve(file(bytes))
    expect(await download(url, path, quick)).toMatchObject({ resumedFrom: 0 })
    expect(requests.map(({ range }) => range)).toEqual(['bytes=100000-', undefined])
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('takes no part whose record is gone or damaged', async () => {
    for (const record of ['', '{"etag":1}', '{"etag":"\\"x\\"","size":5}']) {
      const { path } = target()
      writeFileSync(`${path}.part`, noise(1000))
      writeFileSync(`${path}.part.json`, record)
      const { url, requests } = await serve(file(bytes))
      await download(url, path, quick)
      expect(requests[0]).not.toHaveProperty('range')
      expect(readFileSync(path)).toEqual(bytes)
    }
  })

  test('asks for a new address where the first has expired, and keeps the bytes', async () => {
    const { path } = target()
    const have = await leavePart(path)
    const { url, requests } = await serve(status(400), file(bytes))
    let asked = 0
    const source = async () => `${url}&n=${++asked}`
    expect(await download(source, path, quick)).toMatchObject({ resumedFrom: have })
    expect(asked).toBe(2)
    expect(requests.map(({ range }) => range)).toEqual([`bytes=${have}-`, `bytes=${have}-`])
    expect(readFileSync(path)).toEqual(bytes)
  })

  test('gives up on addresses that all have expired', async () => {
    const { path } = target()
    const have = await leavePart(path)
    const { url, requests } = await serve(status(403))
    const { message } = await failure(download(async () => url, path, quick))
    expect(message).toContain('the server answered 403')
    expect(requests).toHaveLength(3)
    expect(readFileSync(`${path}.part`)).toHaveLength(have)
  })
})
