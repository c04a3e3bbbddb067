import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

const model = onnxOf(corners)
let browser: Browser
let pages: FileServer
let page: Page
let server: Server
let origin: string

/** A server of models that never comes to an end, in some way. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const headers = { 'access-control-allow-origin': '*' }
    // Nobody's answer has begun.
    if (request.url === '/silent') return
    if (request.url === '/bomb') {
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.alloc(2 ** 24)))
      return
    }
    response.writeHead(200, headers)
    response.write(model.subarray(0, 100))
    if (request.url === '/endless') {
      const more = () => response.write(Buffer.alloc(2 ** 16)) && setImmediate(more)
      response.on('drain', more)
      more()
    }
    if (request.url === '/cut') setImmediate(() => response.destroy())
    if (request.url === '/whole') response.end(model.subarray(100))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  ;[browser, pages] = await Promise.all([launchChromium(), servePage()])
  ;({ page } = await openPage(browser, pages))
})

afterAll(async () => {
  await browser?.close()
  await pages?.close()
  server.closeAllConnections()
  server.close()
})

interface Call {
  how?: 'load' | 'open'
  path: string
  options: object
}

/** The error of a call in the page. */
const failure = ({ how = 'load', path, options }: Call) =>
  page.evaluate(
    async ([name, url, given]) => {
      const { onProgress, ...others } = given as { onProgress?: true }
      const all = { ...others, ...(onProgress && { onProgress() {} }) }
      const error = await inferWeb[name](url, all).then(
        () => ({ code: 'none', params: {}, message: 'none' }),
        (reason) => reason as { code: string; params: object; message: string },
      )
      return { code: error.code, params: error.params, message: error.message }
    },
    [how, `${origin}${path}`, options] as const,
  )

const ways = [
  { how: 'load', options: {} },
  { how: 'load', options: { onProgress: true } },
  { how: 'load', options: { cache: true } },
  { how: 'load', options: { worker: true } },
  { how: 'open', options: {} },
] as const

test.each(ways)('more bytes than maxBytes are not taken: $how, $options', async ({ how, options }) => {
  for (const path of ['/endless', '/bomb']) {
    const { code, params, message } = await failure({ how, path, options: { ...options, maxBytes: 2 ** 20 } })
    expect({ code, params }).toEqual({
      code: 'CLASSIFIER_MODEL_LIMIT',
      params: { name: `${origin}${path}`, option: 'maxBytes', limit: 2 ** 20 },
    })
    expect(message).toContain('it has more than 1048576 bytes, the limit of maxBytes')
  }
})

test.each(ways)('a connection that gives nothing is left: $how, $options', async ({ how, options }) => {
  for (const path of ['/silent', '/stalls']) {
    const { code, params, message } = await failure({ how, path, options: { ...options, stallTimeout: 500 } })
    expect({ code, params }).toEqual({
      code: 'CLASSIFIER_MODEL_LIMIT',
      params: { name: `${origin}${path}`, option: 'stallTimeout', limit: 500 },
    })
    expect(message).toContain('nothing comes for 1 s, the limit of stallTimeout')
  }
})

test('a connection that is cut is an error with its code', async () => {
  expect(await failure({ path: '/cut', options: {} })).toMatchObject({ code: 'CLASSIFIER_MODEL_UNREACHABLE' })
})

test('a model within the bounds is loaded', async () => {
  const options = { maxBytes: model.length, stallTimeout: 60_000 }
  expect(await failure({ path: '/whole', options })).toMatchObject({ code: 'none' })
  expect(await failure({ path: '/whole', options: { ...options, maxBytes: model.length - 1 } })).toMatchObject({
    code: 'CLASSIFIER_MODEL_LIMIT',
  })
})

test.each([{ maxBytes: 0 }, { maxBytes: '1' }, { stallTimeout: -1 }, { stallTimeout: Number.NaN }])(
  'no bound is %j',
  async (options) => {
    expect(await failure({ path: '/whole', options })).toMatchObject({ code: 'CLASSIFIER_OPTION_INVALID' })
  },
)
