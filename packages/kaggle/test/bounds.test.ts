import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { connect, KaggleError, type KaggleOptions, tokenCredentials, UnreachableError } from '@pixelrow/kaggle'
import { expect, onTestFinished, test } from 'vitest'
import { failure } from './support.ts'

type Handler = (response: ServerResponse, call: number) => void

/** A server that answers each call as `handler` does, and how often it was called. */
async function hostile(handler: Handler) {
  const seen = { calls: 0, url: '' }
  const server = createServer((request, response) => {
    request.resume()
    handler(response, ++seen.calls)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  seen.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return seen
}

const signedIn = (baseUrl: string, options: KaggleOptions = {}) =>
  connect({
    credentials: tokenCredentials('KGAT_0123456789abcdef'),
    baseUrl,
    env: {},
    firstDelay: 1,
    tries: 2,
    ...options,
  })

const json = (response: ServerResponse, body: object) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

test('pages that never end are left at maxPages, and at the bytes of a list', async () => {
  const seen = await hostile((response, call) =>
    json(response, { files: [{ name: `f${call}` }], nextPageToken: `t${call}` }),
  )
  const kaggle = await signedIn(seen.url, { maxPages: 7 })
  const error = await failure(kaggle.files('digit-recognizer'), KaggleError)
  expect(error).toMatchObject({ code: 'KAGGLE_LIMIT', params: { option: 'maxPages', limit: 7 } })
  expect(error.message).toBe(
    'The server gave a list of more than 7 pages. Is this Kaggle? If it is right so, raise maxPages.',
  )
  expect(seen.calls).toBe(7)
  const long = await hostile((response, call) =>
    json(response, { files: ['x'.repeat(900)], nextPageToken: `t${call}` }),
  )
  const patient = await signedIn(long.url, { maxAnswer: 1000 })
  const heavy = await failure(patient.files('digit-recognizer'), KaggleError)
  expect(heavy).toMatchObject({ code: 'KAGGLE_LIMIT', params: { option: 'maxAnswer', limit: 1000 } })
  expect(long.calls).toBeLessThan(150)
})

test('an answer that trickles is left at stallTimeout', async () => {
  const { url } = await hostile((response) => {
    response.writeHead(200, { 'content-length': 100_000 })
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  })
  const kaggle = await signedIn(url, { stallTimeout: 200 })
  const error = await failure(kaggle.whoAmI(), UnreachableError)
  expect(error.message).toBe('Could not reach Kaggle: no answer in time.')
})

const endless: Handler = (response) => {
  const piece = 'x'.repeat(1 << 20)
  response.write('{"a":"')
  const more = () => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', more)
  more()
}

const bomb = gzipSync(Buffer.alloc(2 ** 29, ' '))
const packed: Handler = (response) => {
  response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length })
  response.end(bomb)
}

const deep: Handler = (response) => response.end(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)

test.each([
  ['that never ends', endless, /^KAGGLE_LIMIT$/],
  ['that is a bomb', packed, /^KAGGLE_LIMIT$/],
  ['that is 1,000,000 lists deep', deep, /^(KAGGLE_LIMIT|KAGGLE_CREDENTIALS)$/],
])('an answer %s is read no further than maxAnswer, in little memory', async (_, handler, code) => {
  const { url } = await hostile(handler)
  const script = `
    import { readFile } from 'node:fs/promises'
    import { connect, tokenCredentials } from '@pixelrow/kaggle'
    const kaggle = await connect({ credentials: tokenCredentials('KGAT_0123456789abcdef'), baseUrl: process.argv[1], env: {}, tries: 1 })
    const error = await kaggle.whoAmI().catch((caught) => caught)
    // Linux counts what this process had before it became this program, too.
    const own = await readFile('/proc/self/status', 'utf8').then((text) => /VmHWM:\\s+(\\d+)/.exec(text)?.[1]).catch(() => {})
    console.log(JSON.stringify([error.code, Number(own ?? process.resourceUsage().maxRSS)]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, url], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
  const [found, peak] = JSON.parse(stdout) as [string, number]
  expect(found).toMatch(code)
  // In kB; all of an answer as text and as JSON would be 500,000 and more.
  expect(peak).toBeLessThan(300_000)
})
