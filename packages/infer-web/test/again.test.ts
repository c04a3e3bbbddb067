import { readFile } from 'node:fs/promises'
import type { Browser, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { type FileServer, isolation } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage, wasmFile } from './page.ts'

const model = [...onnxOf(corners)]
let browser: Browser
let server: FileServer
let isolated: FileServer

beforeAll(async () => {
  ;[browser, server, isolated] = await Promise.all([launchChromium(), servePage(), servePage(isolation)])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await isolated?.close()
})

const html = { contentType: 'text/html', body: '<!doctype html><title>App</title>' }
/** What may come in place of onnxruntime-web's `.wasm` file. */
const failures: Record<string, (route: Route) => Promise<void>> = {
  'not found': (route) => route.fulfill({ status: 404, ...html }),
  'no network': (route) => route.abort('internetdisconnected'),
  'a page': (route) => route.fulfill(html),
  cut: async (route) =>
    route.fulfill({ contentType: 'application/wasm', body: (await readFile(wasmFile)).subarray(0, 100_000) }),
}

test.each([
  ['in the page', {}, {}, Object.keys(failures)],
  ['with threads', { threads: 2 }, isolation, ['cut']],
  ['in a worker', { worker: true }, {}, ['not found', 'cut']],
])('a .wasm file that failed is asked for again by the next load, %s', async (_, options, headers, names) => {
  const { page } = await openPage(browser, headers === isolation ? isolated : server)
  let failure: ((route: Route) => Promise<void>) | undefined
  await page.route('**/*.wasm', (route) => (failure ? failure(route) : route.continue()))
  /** The labels or codes of two calls at once. */
  const load = () =>
    page.evaluate(
      async ([bytes, options]) => {
        const one = async () => {
          const classifier = await inferWeb.load(Uint8Array.from(bytes), options)
          const { label } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
          await classifier.close()
          return label
        }
        const told = (error: InstanceType<typeof inferWeb.ClassifierError>) => `${error.code}: ${error.message}`
        return Promise.all([one().catch(told), one().catch(told)])
      },
      [model, options] as const,
    )
  const refused = expect.stringMatching(
    /^CLASSIFIER_RUNTIME_UNLOADABLE: onnxruntime-web's \.wasm file cannot be loaded/,
  )
  for (const name of names) {
    failure = failures[name]
    expect(await load()).toEqual([refused, refused])
  }
  failure = undefined
  expect(await load()).toEqual(['right', 'right'])
  expect(await load()).toEqual(['right', 'right'])
  await page.close()
})
