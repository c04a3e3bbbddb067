import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, expectedProbabilities, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

const model = [...onnxOf(corners)]
const image = [1, 16, 8, 0]
let browser: Browser
let server: FileServer
let page: Page
let requests: string[]

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium({ webgpu: true }), servePage()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

beforeEach(async () => {
  ;({ page, requests } = await openPage(browser, server))
})

afterEach(() => page.close())

const ofRuntime = () => requests.filter((path) => path.startsWith('/onnxruntime/'))

test('a software adapter is not taken unless WebGPU is asked for', async () => {
  const { device, attempts } = await page.evaluate(async (bytes) => {
    const { device, attempts } = await inferWeb.load(Uint8Array.from(bytes))
    return { device, attempts }
  }, model)
  expect(device).toBe('wasm')
  expect(attempts).toMatchObject([{ device: 'webgpu', error: 'its adapter is software, slower than WASM' }])
  expect(ofRuntime()).toEqual(['/onnxruntime/ort.wasm.bundle.min.mjs', '/onnxruntime/ort-wasm-simd-threaded.wasm'])
})

test('on WebGPU, with one build, classes are what they are; a lost device is answered on WASM', async () => {
  const result = await page.evaluate(
    async ([bytes, image]) => {
      const { load } = inferWeb
      // Two at once, which onnxruntime-web itself does not survive.
      const [first, second] = await Promise.all([
        load(Uint8Array.from(bytes), { device: 'webgpu', maxBatch: 8 }),
        load(Uint8Array.from(bytes), { device: ['webgpu', 'wasm'], warmup: false }),
      ])
      const pixels = Uint8Array.from(image)
      let frames = 0
      const paint = () => {
        frames++
        requestAnimationFrame(paint)
      }
      requestAnimationFrame(paint)
      const calls = Array.from({ length: 100 }, (_, i) => (i % 2 ? first : second).classify(pixels))
      const results = await Promise.all(calls)
      const before = [first.device, second.device, frames] as const
      const runtime = (await imported('onnxruntime-web/jspi')) as {
        env: { webgpu: { device: Promise<{ destroy(): void }> } }
      }
      const device = await runtime.env.webgpu.device
      const under = Array.from({ length: 20 }, () => first.classify(pixels))
      device.destroy()
      const after = [...(await Promise.all(under)), await second.classify(pixels)]
      const { attempts } = first
      return { results, before, after, devices: [first.device, second.device], attempts }
    },
    [model, image] as const,
  )
  const expected = expectedProbabilities(corners, image)
  for (const { label, top } of [...result.results, ...result.after]) {
    expect(label).toBe('right')
    for (const { index, probability } of top) expect(probability).toBeCloseTo(expected[index]!, 4)
  }
  const [one, two, frames] = result.before
  expect([one, two]).toEqual(['webgpu', 'webgpu'])
  expect(frames).toBeGreaterThan(1)
  expect(result.devices).toEqual(['wasm', 'wasm'])
  expect(result.attempts).toMatchObject([{ device: 'webgpu', error: expect.stringMatching(/lost|destroyed|buffer/i) }])
  expect(ofRuntime()).toEqual(['/onnxruntime/ort.jspi.bundle.min.mjs', '/onnxruntime/ort-wasm-simd-threaded.jspi.wasm'])
})

test('where WebAssembly cannot wait for promises, the other build with WebGPU is taken', async () => {
  await page.addInitScript('delete WebAssembly.Suspending')
  await page.reload()
  await page.waitForFunction(() => 'inferWeb' in globalThis)
  requests.length = 0
  const label = await page.evaluate(
    async ([bytes, image]) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { device: 'webgpu', warmup: false })
      return `${classifier.device} ${(await classifier.classify(Uint8Array.from(image))).label}`
    },
    [model, image] as const,
  )
  expect(label).toBe('webgpu right')
  expect(ofRuntime()).toEqual([
    '/onnxruntime/ort.webgpu.bundle.min.mjs',
    '/onnxruntime/ort-wasm-simd-threaded.asyncify.wasm',
  ])
})

test('WebGPU in a worker', async () => {
  const label = await page.evaluate(
    async ([bytes, image]) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { device: 'webgpu', worker: true })
      return `${classifier.device} ${(await classifier.classify(Uint8Array.from(image))).label}`
    },
    [model, image] as const,
  )
  expect(label).toBe('webgpu right')
})

test.each(['**/ort.jspi*.mjs', '**/*.jspi.wasm'])(
  'where %s is not there, WASM’s own build is taken',
  async (missing) => {
    await page.route(missing, (route) => route.fulfill({ status: 404 }))
    const { device, attempts } = await page.evaluate(async (bytes) => {
      const { device, attempts } = await inferWeb.load(Uint8Array.from(bytes), { device: ['webgpu', 'wasm'] })
      return { device, attempts }
    }, model)
    expect(device).toBe('wasm')
    expect(attempts).toMatchObject([{ device: 'webgpu', error: expect.stringContaining('cannot be loaded') }])
  },
)

describe('a model that no device can run is refused as such', () => {
  test('with the file to blame', async () => {
    const message = await page.evaluate(() =>
      inferWeb
        .load(Uint8Array.of(1, 2, 3), { device: ['webgpu', 'wasm'] })
        .then(String, (error: Error) => error.message),
    )
    expect(message).toContain('the model: expected an ONNX model')
  })
})
