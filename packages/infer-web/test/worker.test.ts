import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, expectedProbabilities, onnxOf } from '../../classifier/test/model.ts'
import { isolation, openPage, servePage } from './page.ts'

const model = [...onnxOf(corners)]
const image = [1, 16, 8, 0]
let browser: Browser
let server: FileServer
let page: Page
let requests: string[]

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), servePage()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

beforeEach(async () => {
  ;({ page, requests } = await openPage(browser, server))
})

afterEach(() => page.close())

test('everything runs in a worker: the page itself loads nothing of onnxruntime', async () => {
  const result = await page.evaluate(
    async ([bytes, image]) => {
      const { load } = inferWeb
      const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)]))
      const classifier = await load(url, { worker: true })
      const pixels = Uint8Array.from(image)
      const { top } = await classifier.classify(pixels)
      const { labels } = await classifier.predict(new Uint8Array(4 * 1000))
      await classifier.close()
      const inPage = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
      const closed = await classifier.classify(pixels).catch((error: Error) => error.message)
      return { top, inPage, still: [...pixels], rows: labels.length, closed, device: classifier.device }
    },
    [model, image] as const,
  )
  const expected = expectedProbabilities(corners, image)
  for (const { index, probability } of result.top) expect(probability).toBeCloseTo(expected[index]!, 6)
  expect(result).toMatchObject({ still: image, rows: 1000, device: 'wasm' })
  expect(result.closed).toContain('the classifier is closed')
  expect(result.inPage.filter((path) => path.startsWith('/onnxruntime/'))).toEqual([])
  expect(requests.filter((path) => path.startsWith('/onnxruntime/'))).toEqual([
    '/onnxruntime/ort.wasm.bundle.min.mjs',
    '/onnxruntime/ort-wasm-simd-threaded.wasm',
  ])
})

test('a worker of one’s own serves too', async () => {
  const result = await page.evaluate(
    async ([bytes, image]) => {
      let made = 0
      const worker = () => {
        made++
        return new Worker('/infer-web/worker-any.js', { type: 'module' })
      }
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker })
      const { label } = await classifier.classify(Uint8Array.from(image))
      return { label, made }
    },
    [model, image] as const,
  )
  expect(result).toEqual({ label: 'right', made: 1 })
})

test('pictures are prepared there: a canvas, a bitmap, ImageData and a Blob give what they give here', async () => {
  const { here, there } = await page.evaluate(async (bytes) => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 8
    const context = canvas.getContext('2d')!
    context.fillStyle = '#000'
    context.fillRect(0, 0, 8, 8)
    context.fillStyle = '#d0d0d0'
    context.fillRect(4, 0, 4, 4)
    const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!)))
    const all = async (worker: boolean) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker })
      const bitmap = await createImageBitmap(canvas)
      const results = await classifier.classifyMany([canvas, bitmap, context.getImageData(0, 0, 8, 8), blob])
      await classifier.close()
      return results
    }
    return { here: await all(false), there: await all(true) }
  }, model)
  expect(there).toEqual(here)
  expect(there).toHaveLength(4)
  for (const { label } of there) expect(label).toBe('right')
})

test('an isolated page’s worker may have threads', async () => {
  const isolated = await servePage(isolation)
  const { page } = await openPage(browser, isolated)
  const label = await page.evaluate(
    async ([bytes, image]) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker: true, threads: 2 })
      return (await classifier.classify(Uint8Array.from(image))).label
    },
    [model, image] as const,
  )
  expect(label).toBe('right')
  await page.close()
  await isolated.close()
})

describe('what goes wrong there is told here', () => {
  test.each([
    ['no model', '/none.onnx', 'ClassifierError: /none.onnx: the model cannot be downloaded: the server answers 404'],
    ['a web page', '/app/model.onnx', 'ClassifierError: /app/model.onnx: expected an ONNX model, found an HTML page'],
  ])('%s', async (_, source, message) => {
    const failure = await page.evaluate(
      (source) =>
        inferWeb.load(source, { worker: true }).then(String, (error: Error) => `${error.name}: ${error.message}`),
      source,
    )
    expect(failure).toContain(message)
  })

  test('a worker that cannot be loaded, and one that fails later', async () => {
    const { early, late, after } = await page.evaluate(async (bytes) => {
      const caught = (error: Error) => error.message
      const none = () => new Worker('/none.js', { type: 'module' })
      const early = await inferWeb.load(Uint8Array.from(bytes), { worker: none }).catch(caught)
      const code = `import '${location.origin}/infer-web/worker-any.js'
        addEventListener('message', ({ data }) => { if (data.method === 'run') throw new Error('boom') })`
      const bad = () =>
        new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' })
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker: bad })
      const late = await classifier.classify(new Uint8Array(4)).then(({ label }) => label, caught)
      const after = await classifier.classify(new Uint8Array(4)).then(({ label }) => label, caught)
      return { early, late, after }
    }, model)
    expect(early).toContain('the worker failed: its file cannot be loaded. Its file must come from')
    expect([late, after]).toContainEqual(expect.stringContaining('the worker failed: Uncaught Error: boom'))
    expect(after).toContain('the worker failed')
  })

  test('an abort ends the worker', async () => {
    const message = await page.evaluate(async () => {
      const controller = new AbortController()
      const loading = inferWeb.load('/none.onnx', { worker: true, signal: controller.signal })
      setTimeout(() => controller.abort(new Error('stopped by the user')))
      return loading.then(String, (error: Error) => error.message)
    })
    expect(message).toBe('stopped by the user')
  })
})
