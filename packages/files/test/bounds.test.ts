import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type DownloadOptions, download } from '@pixelrow/files'
import { describe, expect, test } from 'vitest'
import { failure, inNode, listing, newFolder } from './support.ts'
import { etagOf, file, noise, serve } from './web.ts'

const bytes = noise(300_000)
const quick: DownloadOptions = { firstDelay: 1, tries: 3 }

type Handler = Parameters<typeof serve>[0]

const redirect =
  (to: (request: string) => string): Handler =>
  (response, { url = '' }) => {
    response.writeHead(302, { location: to(url) })
    response.end()
  }

/** What a download of a server is refused with; nothing of it stays. */
async function refusal(handlers: Handler | Handler[], options: DownloadOptions = {}) {
  const folder = newFolder()
  const { url, requests } = await serve(...[handlers].flat())
  const error = await failure(download(url, join(folder, 'data.bin'), { ...quick, ...options }))
  expect(existsSync(join(folder, 'data.bin'))).toBe(false)
  return { error, requests, left: listing(folder) }
}

describe('a server that never comes to an end', () => {
  test('with its bytes is left at maxBytes, told before or not', async () => {
    const endless: Handler = (response) => {
      response.writeHead(200, { etag: '"x"' })
      const more = () => {
        while (!response.destroyed && response.write(bytes));
      }
      response.on('drain', more)
      more()
    }
    const { error, left } = await refusal(endless, { maxBytes: 1_000_000 })
    expect(error).toMatchObject({ code: 'FILES_LIMIT', params: { option: 'maxBytes', limit: 1_000_000 } })
    expect(error.message).toMatch(/^data\.bin: cannot be downloaded: it has more than 976.6 KiB\. .*maxBytes\.$/)
    expect(left).toEqual([])
    const told = await refusal(file(bytes), { maxBytes: 299_999 })
    expect(told.error.params).toMatchObject({ option: 'maxBytes', found: 300_000 })
    const folder = newFolder()
    const { url } = await serve(file(bytes))
    expect(await download(url, join(folder, 'data.bin'), { maxBytes: 300_000 })).toMatchObject({ bytes: 300_000 })
  })

  test('with its redirects is left at maxRedirects', async () => {
    const loop = redirect((url) => `${url}x`)
    const { error, requests } = await refusal(loop)
    expect(error).toMatchObject({ code: 'FILES_LIMIT', params: { option: 'maxRedirects', limit: 10 } })
    expect(requests).toHaveLength(11)
    expect((await refusal(loop, { maxRedirects: 0 })).requests).toHaveLength(1)
  })

  test.each([
    ['of a hundred bytes for each request', 100],
    ['of one', 1],
  ])('with ranges %s is left after the tries', async (_, step) => {
    const total = 99_999_999_999
    const drip: Handler = (response, { headers }) => {
      const start = Number(/\d+/.exec(headers.range ?? '0')![0])
      const range = { etag: '"x"', 'content-range': `bytes ${start}-${start + step - 1}/${total}` }
      response.writeHead(headers.range ? 206 : 200, headers.range ? range : { etag: '"x"', 'content-length': total })
      response.write(bytes.subarray(0, step), () => (headers.range ? response.end() : response.destroy()))
    }
    const { error, requests } = await refusal(drip)
    expect(error).toMatchObject({ code: 'FILES_DOWNLOAD_FAILED', params: { kept: step * requests.length } })
    // The very first byte is progress.
    expect(requests.length).toBeLessThanOrEqual(4)
  })

  test('as it forgets what it sent is left after the tries', async () => {
    const liar: Handler = (response, request) => {
      const { range } = request.headers
      if (!range) return file(bytes, { cutAfter: 200_000 })(response, request)
      const start = Number(/\d+/.exec(range)![0])
      response.writeHead(206, { etag: '"x"', 'content-range': `bytes ${start}-${start + 99}/99999999999` })
      response.end(bytes.subarray(0, 100))
    }
    const { error, requests } = await refusal(liar)
    expect(error.code).toBe('FILES_DOWNLOAD_FAILED')
    expect(requests.length).toBeLessThanOrEqual(8)
  })

  test('as it sends a byte now and then counts as standing still', async () => {
    const slow: Handler = (response) => {
      response.writeHead(200, { etag: etagOf(bytes), 'content-length': bytes.length })
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    }
    const { error } = await refusal(slow, { stallTimeout: 200, minSpeed: 1000, tries: 2 })
    expect(error).toMatchObject({
      code: 'FILES_DOWNLOAD_FAILED',
      params: { reason: 'the connection stands still' },
    })
  })
})

test('a bomb that is packed on the way is left at maxRatio, whatever is said of it, in little memory', async () => {
  const packed = gzipSync(Buffer.alloc(2 ** 28))
  const { url } = await serve((response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length })
    response.end(packed)
  })
  const folder = newFolder()
  const [message, peak] = await inNode(`
    process.chdir(${JSON.stringify(folder)})
    await refused(download(${JSON.stringify(url)}, 'data.bin', { tries: 1 }))
    // Linux counts what this process had before it became this program, too.
    const { readFile } = await import('node:fs/promises')
    const own = await readFile('/proc/self/status', 'utf8').then((text) => /VmHWM:\\s+(\\d+)/.exec(text)?.[1]).catch(() => {})
    messages.push(String(own ?? process.resourceUsage().maxRSS))`)
  expect(message).toMatch(/^data\.bin: cannot be downloaded: it unpacks to more than 200 times its size\./)
  // In kB; the file would be 262,144.
  expect(Number(peak)).toBeLessThan(200_000)
  expect(listing(folder)).toEqual([])
})

test('a redirect is followed with the range, and takes no secret to another server', async () => {
  const storage = await serve(file(bytes, { cutAfter: 200_000 }), file(bytes))
  const { url, requests } = await serve(redirect(() => storage.url))
  const headers = { Authorization: 'Bearer secret', 'x-more': 'yes' }
  const path = join(newFolder(), 'data.bin')
  expect(await download(url, path, { ...quick, headers })).toMatchObject({ bytes: bytes.length })
  expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer secret', 'Bearer secret'])
  expect(storage.requests.map(({ authorization, 'x-more': more, range }) => [authorization, more, range])).toEqual([
    [undefined, 'yes', undefined],
    [undefined, 'yes', 'bytes=200000-'],
  ])
  const here = await serve(
    redirect(() => '/there'),
    file(bytes),
  )
  await download(here.url, path, { overwrite: true, headers })
  expect(here.requests[1]).toMatchObject({ authorization: 'Bearer secret' })
})

test.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:,x', 'http://'])(
  'a redirect to %s leads nowhere',
  async (to) => {
    const { error, left } = await refusal(redirect(() => to))
    expect(error.code).toBe('FILES_DOWNLOAD_REFUSED')
    expect(left).toEqual([])
  },
)
