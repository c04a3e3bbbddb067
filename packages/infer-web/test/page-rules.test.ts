import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { nonce, openPage, servePage } from './page.ts'

const model = [...onnxOf(corners)]
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

beforeEach(async () => {
  context = await browser.newContext()
})

afterEach(() => context.close())

/** What `load` and a call come to in a page that is served with these headers. */
async function attempt(headers: Record<string, string>, options: object, script?: string): Promise<string> {
  const server = await servePage(headers)
  if (script) await context.addInitScript(script)
  const { page } = await openPage(context, server)
  const result = await page.evaluate(
    async ([bytes, options]) => {
      try {
        const classifier = await inferWeb.load(Uint8Array.from(bytes), options)
        const { label } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
        return `${classifier.device} ${label}`
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`
      }
    },
    [model, options] as const,
  )
  await page.close()
  await server.close()
  return result
}

const policy = (scripts: string) => ({
  // The import map is inside the page, so it has a nonce; scripts and workers are the server's own files.
  'content-security-policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}' ${scripts}; connect-src 'self'; worker-src 'self'`,
})

describe('a strict content security policy', () => {
  test.each([
    ['in the page', {}],
    ['in a worker', { worker: true }],
    ['with a cache and progress', { cache: true }],
  ])('is enough: %s', async (_, options) => {
    expect(await attempt(policy("'wasm-unsafe-eval'"), options)).toBe('wasm right')
  })

  test.each([{}, { worker: true }])('that blocks WebAssembly is told, with options %o', async (options) => {
    const message = await attempt(policy(''), options)
    expect(message).toContain(
      "ClassifierError: onnxruntime-web's WebAssembly is blocked by the page's content security policy",
    )
    expect(message).toContain("script-src 'self' 'wasm-unsafe-eval'")
  })
})

test('no WebAssembly', async () => {
  expect(await attempt({}, {}, 'delete globalThis.WebAssembly')).toContain(
    'ClassifierError: the model: this browser has no WebAssembly, which onnxruntime-web needs.',
  )
})

test.each([
  ['no adapter', 'webgpu', undefined, 'no adapter for it'],
  ['no WebGPU', ['webgpu'], 'delete Navigator.prototype.gpu', 'no WebGPU on this page'],
])('%s where WebGPU is asked for', async (_, device, script, reason) => {
  const message = await attempt({}, { device }, script)
  expect(message).toContain(
    `ClassifierError: the model: cannot run on webgpu.\n  webgpu: ${reason}\n    It needs a browser`,
  )
})

test('a device that is none', async () => {
  expect(await attempt({}, { device: 'cuda' })).toContain(
    "load: device must be 'auto', 'webgpu' or 'wasm', or a list of the last two; found 'cuda'.",
  )
})

test('an exact URL of the file without WebGPU keeps to WASM', async () => {
  const message = await attempt({}, { device: 'webgpu', wasmPaths: '/onnxruntime/ort-wasm-simd-threaded.wasm' })
  expect(message).toContain('webgpu: wasmPaths names the file of the build without WebGPU')
})

test('wrong shape', async () => {
  const server = await servePage()
  const { page } = await openPage(context, server)
  const message = await page.evaluate(async (bytes) => {
    const classifier = await inferWeb.load(Uint8Array.from(bytes))
    return classifier.classify(new Uint8Array(5)).then(String, (error: Error) => `${error.name}: ${error.message}`)
  }, model)
  expect(message).toBe('ClassifierError: expected 4 bytes (2×2×1), found 5. Is one of them the label? Leave it out')
  await server.close()
})
