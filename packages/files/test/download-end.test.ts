import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { download, FileError, networkProblem, retryAfter, TransientError, withRetries } from '@pixelrow/files'
import { expect, test } from 'vitest'
import { failure, inNode, listing, newFolder, packageFolder } from './support.ts'
import { etagOf, file, noise, serve, status } from './web.ts'

const bytes = noise(300_000)

/** Sends the first bytes and then nothing for ever. */
const standing: Parameters<typeof serve>[0] = (response) => {
  response.writeHead(200, { etag: etagOf(bytes), 'content-length': bytes.length })
  response.write(bytes.subarray(0, 200_000))
}

test('an abort ends it with its reason, and what has come is continued later', async () => {
  const path = join(newFolder(), 'data.bin')
  const { url, requests } = await serve(standing, file(bytes))
  const controller = new AbortController()
  const reason = new Error('enough')
  const onProgress = ({ bytes }: { bytes: number }) => bytes === 200_000 && controller.abort(reason)
  await expect(download(url, path, { signal: controller.signal, onProgress })).rejects.toBe(reason)
  expect(existsSync(path)).toBe(false)
  expect(await download(url, path)).toMatchObject({ resumedFrom: 200_000 })
  expect(requests[1]).toMatchObject({ range: 'bytes=200000-' })
  expect(readFileSync(path)).toEqual(bytes)
})

test('an abort ends a pause between tries', async () => {
  const path = join(newFolder(), 'data.bin')
  const { url } = await serve(status(503))
  const controller = new AbortController()
  const onRetry = () => controller.abort(new Error('enough'))
  await expect(download(url, path, { signal: controller.signal, onRetry, firstDelay: 60_000 })).rejects.toThrow(
    'enough',
  )
})

test('a process that is killed is continued by the next, with one ranged request', async () => {
  const folder = newFolder()
  const path = join(folder, 'data.bin')
  const { url, requests } = await serve(standing, file(bytes))
  const script = `
    import { download } from '@pixelrow/files'
    const onProgress = ({ bytes }) => bytes === 200_000 && process.kill(process.pid, 'SIGKILL')
    await download(${JSON.stringify(url)}, ${JSON.stringify(path)}, { onProgress })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: packageFolder })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  expect(listing(folder)).toEqual(['data.bin.part', 'data.bin.part.json'])
  expect(await download(url, path)).toMatchObject({ resumedFrom: 200_000 })
  expect(requests.map(({ range }) => range)).toEqual([undefined, 'bytes=200000-'])
  expect(readFileSync(path)).toEqual(bytes)
})

test('a full disk and a folder that is read-only are sentences, and nothing is in the place', async () => {
  const folder = newFolder()
  const closed = join(folder, 'closed')
  mkdirSync(closed, { mode: 0o555 })
  chmodSync(folder, 0o755)
  const { url } = await serve(file(bytes))
  const wide = `await refused(download(${JSON.stringify(url)}, 'data.bin'))`
  const [full] = await inNode(`process.chdir(${JSON.stringify(folder)})\n${wide}`, 'ulimit -f 64')
  expect(full).toBe(
    'data.bin: cannot be written: it is larger than a file may be here. Raise the limit (ulimit -f), or use another disk.',
  )
  expect(existsSync(join(folder, 'data.bin'))).toBe(false)
  const [denied] = await inNode(`
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
    process.chdir(${JSON.stringify(folder)})
    await refused(download(${JSON.stringify(url)}, 'closed/data.bin'))`)
  chmodSync(closed, 0o755)
  expect(denied).toBe(
    'closed/data.bin: cannot be written: this user may not write in closed. Choose another folder, or change its permissions.',
  )
  expect(listing(closed)).toEqual([])
})

test('who places the file decides what becomes of it; only an error about its content removes it', async () => {
  const folder = newFolder()
  const path = join(folder, 'data.bin')
  const { url } = await serve(file(bytes))
  const fail = (error: unknown) => download(url, path, { place: () => Promise.reject(error) })
  await expect(fail(new Error('not now'))).rejects.toThrow('not now')
  await failure(fail(new FileError({ code: 'FILES_EXISTS', problem: 'in the way', exists: true })))
  expect(listing(folder)).toEqual(['data.bin.part', 'data.bin.part.json'])
  await failure(fail(new FileError({ code: 'FILES_DOWNLOAD_WRONG', problem: 'damaged' })))
  expect(listing(folder)).toEqual([])
  const place = async (part: string, put: () => Promise<void>) => {
    writeFileSync(join(folder, 'seen'), String(readFileSync(part).length))
    await put()
  }
  await download(url, path, { place })
  expect(listing(folder)).toEqual(['data.bin', 'seen'])
})

test('a pause is as long as the server asks for, by its own clock, up to a limit', async () => {
  const headers = (entries: Record<string, string>) => new Headers(entries)
  expect(retryAfter(headers({ 'retry-after': '7' }))).toBe(7000)
  const dates = { date: 'Mon, 23 Nov 2026 12:00:00 GMT', 'retry-after': 'Mon, 23 Nov 2026 12:01:30 GMT' }
  expect(retryAfter(headers(dates))).toBe(90_000)
  expect(retryAfter(headers({ 'retry-after': 'soon' }))).toBeUndefined()
  expect(retryAfter(headers({}))).toBeUndefined()

  let calls = 0
  const work = async (after: number) => {
    calls++
    throw new TransientError('busy', { after })
  }
  await expect(withRetries(() => work(121_000))).rejects.toThrow('busy')
  expect(calls).toBe(1)
  const delays: number[] = []
  const onRetry = ({ delay }: { delay: number }) => delays.push(delay)
  await expect(withRetries(() => work(2), { tries: 3, onRetry })).rejects.toThrow('busy')
  expect(delays).toEqual([2, 2])
})

test('pauses grow, each drawn from the upper half of its length', async () => {
  const delays: number[] = []
  const fail = async () => {
    throw new TransientError('busy')
  }
  const onRetry = ({ delay }: { delay: number }) => delays.push(delay)
  await expect(withRetries(fail, { tries: 5, firstDelay: 8, onRetry })).rejects.toThrow('busy')
  for (const [i, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(4 * 2 ** i)
    expect(delay).toBeLessThanOrEqual(8 * 2 ** i)
  }
  expect(delays).toHaveLength(4)
})

test('what went wrong on the way is told apart: the clock, the authority, the line; and what is none of it', () => {
  const failed = (code: string) =>
    networkProblem(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
  expect(failed('CERT_NOT_YET_VALID')).toEqual({
    reason: expect.stringMatching(/not valid at this computer's time, \d{4}-\d\d-\d\dT\d\d:\d\d UTC: check the clock/),
    transient: false,
    unsent: true,
  })
  expect(failed('SELF_SIGNED_CERT_IN_CHAIN')).toMatchObject({ reason: expect.stringContaining('NODE_EXTRA_CA_CERTS') })
  expect(failed('ERR_SSL_WRONG_VERSION_NUMBER')).toMatchObject({ transient: false, unsent: true })
  expect(failed('ENOTFOUND')).toMatchObject({ transient: true, unsent: true })
  expect(failed('ECONNRESET')).toEqual({ reason: 'the connection was cut', transient: true, unsent: false })
  expect(networkProblem(new RangeError('no'))).toBeUndefined()
})
