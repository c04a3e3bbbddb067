import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-cache-'))
const bytes = onnxOf(corners)
let browser: Browser
let server: FileServer
let context: BrowserContext
let page: Page
let requests: string[]

beforeAll(async () => {
  writeFileSync(join(folder, 'model.onnx'), bytes)
  ;[browser, server] = await Promise.all([launchChromium(), servePage({}, {}, { '/models/': folder })])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true })
})

beforeEach(async () => {
  context = await browser.newContext()
  ;({ page, requests } = await openPage(context, server))
})

afterEach(() => context.close())

const large = (paths: string[]) => paths.filter((path) => /\.(wasm|onnx)$/.test(path))
const wasm = '/onnxruntime/ort-wasm-simd-threaded.wasm'

/** The class of one image, on a page that is opened anew. */
async function visit(options = {}): Promise<string> {
  await page.reload()
  await page.waitForFunction(() => 'inferWeb' in globalThis)
  requests.length = 0
  return page.evaluate(async (options) => {
    const classifier = await inferWeb.load('/models/model.onnx', options)
    const { label } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
    await classifier.close()
    return label
  }, options)
}

test('the second visit asks the network for neither model nor .wasm file, until the version is another one', async () => {
  expect(await visit({ cache: true })).toBe('right')
  expect(large(requests).sort()).toEqual(['/models/model.onnx', wasm])
  expect(await visit({ cache: true })).toBe('right')
  expect(large(requests)).toEqual([])
  expect(await visit({ cache: '2026-02' })).toBe('right')
  expect(large(requests)).toEqual(['/models/model.onnx'])
  const kept = await page.evaluate(async () => {
    const cache = await caches.open('pixelrow-1')
    return (await cache.keys()).map(({ url }) => new URL(url).pathname)
  })
  expect(kept).toHaveLength(2)
  expect(kept.some((path) => path.endsWith('/2026-02'))).toBe(true)
})

/** What is kept of which file. */
const kept = () =>
  page.evaluate(async () => {
    const cache = await caches.open('pixelrow-1')
    const places = (await cache.keys()).map(({ url }) => decodeURIComponent(decodeURIComponent(new URL(url).pathname)))
    return places.map((place) => /\w+\.(wasm|onnx)/.exec(place)![1]).sort()
  })

test.each([{}, { worker: true }])('what has not loaded is not kept, %o', async (way) => {
  const html = { contentType: 'text/html', body: '<!doctype html><title>App</title>' }
  await page.route('**/model.onnx', (route) => route.fulfill(html), { times: 1 })
  const options = { ...way, cache: true }
  await expect(visit(options)).rejects.toThrow('expected an ONNX model, found an HTML page')
  expect(await kept()).toEqual([])
  await page.route('**/model.onnx', (route) => route.fulfill({ body: Buffer.from(bytes.subarray(0, -20)) }), {
    times: 1,
  })
  await expect(visit(options)).rejects.toThrow()
  expect(await kept()).toEqual([])
  expect(await visit(options)).toBe('right')
  expect(await kept()).toEqual(['onnx', 'wasm'])
})

test.each([{}, { worker: true }])('what is kept and no longer loads is fetched anew, once, %o', async (way) => {
  const options = { ...way, cache: true }
  await visit(options)
  await page.evaluate(async () => {
    const cache = await caches.open('pixelrow-1')
    for (const each of await cache.keys()) {
      const whole = new Uint8Array(await (await cache.match(each))!.arrayBuffer())
      await cache.put(each, new Response(whole.slice(0, whole.length / 2)))
    }
  })
  expect(await visit(options)).toBe('right')
  expect(large(requests).sort()).toEqual(['/models/model.onnx', wasm])
  expect(await visit(options)).toBe('right')
  expect(large(requests)).toEqual([])
})

test('without the option nothing is kept', async () => {
  await visit()
  expect(await page.evaluate(() => caches.keys())).toEqual([])
})

test('a worker shares what is kept', async () => {
  await visit({ cache: true, worker: true })
  expect(await visit({ cache: true, worker: true })).toBe('right')
  expect(large(requests)).toEqual([])
})

test('the second visit works offline, the first one says that it is', async () => {
  const load = () =>
    page.evaluate(async () => {
      const cached = await inferWeb.load('/models/model.onnx', { cache: true }).catch((error: Error) => error)
      if (cached instanceof Error) return cached.message
      return (await cached.classify(Uint8Array.of(1, 16, 8, 0))).label
    })
  /** What a page has from its service worker, or from HTTP's own cache; what is loaded later among it. */
  const loadCode = async () => {
    await page.evaluate(() => imported('onnxruntime-web/wasm'))
    await page.evaluate(() => inferWeb.load('/none.onnx', { cache: true }).catch(() => {}))
  }
  await loadCode()
  await context.setOffline(true)
  expect(await load()).toBe('/models/model.onnx: the model cannot be downloaded: this browser is offline')
  await context.setOffline(false)
  expect(await visit({ cache: true })).toBe('right')
  await page.reload()
  await page.waitForFunction(() => 'inferWeb' in globalThis)
  await loadCode()
  await context.setOffline(true)
  expect(await load()).toBe('right')
})

test.each([
  [
    'the quota is exceeded',
    "Cache.prototype.put = async () => { throw new DOMException('full', 'QuotaExceededError') }",
  ],
  [
    'caches are forbidden',
    "CacheStorage.prototype.open = async () => { throw new DOMException('no', 'SecurityError') }",
  ],
  ['there is no Cache API', 'delete globalThis.caches; delete Window.prototype.caches'],
])('where %s it goes on without', async (_, script) => {
  await context.addInitScript(script)
  expect(await visit({ cache: true })).toBe('right')
  expect(await visit({ cache: true })).toBe('right')
  expect(large(requests).sort()).toEqual(['/models/model.onnx', wasm])
})

test('progress is told of both files, to the last byte', async () => {
  const last = async (options: object) => {
    await page.reload()
    await page.waitForFunction(() => 'inferWeb' in globalThis)
    return page.evaluate(async (options) => {
      const last: Record<string, { loaded: number; total: number | undefined }> = {}
      let isGrowing = true
      const { fetch } = globalThis
      const classifier = await inferWeb.load('/models/model.onnx', {
        ...options,
        onProgress: ({ file, loaded, total }) => {
          isGrowing &&= loaded > (last[file]?.loaded ?? 0)
          last[file] = { loaded, total }
        },
      })
      await classifier.close()
      return { ...last, isGrowing, isFetchBack: globalThis.fetch === fetch }
    }, options)
  }
  const wasmSize = await page.evaluate(async (url) => (await (await fetch(url)).arrayBuffer()).byteLength, wasm)
  const model = { loaded: bytes.length, total: bytes.length }
  const expected = { model, wasm: { loaded: wasmSize, total: wasmSize }, isGrowing: true, isFetchBack: true }
  expect(await last({})).toEqual(expected)
  expect(await last({ cache: true })).toEqual(expected)
  expect(await last({ cache: true })).toEqual(expected)
  expect(await last({ worker: true })).toEqual(expected)
})
