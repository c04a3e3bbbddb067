import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

const good = [...onnxOf(corners)]
let browser: Browser
let server: FileServer
let page: Page

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), servePage()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

beforeEach(async () => {
  ;({ page } = await openPage(browser, server))
})

afterEach(() => page.close())

/** What the error says to programs that `load` or, where there is something to classify, `classify` throws in the page. */
function told(source: string | number[], options: object, picture?: string): Promise<object> {
  return page.evaluate(
    async ([from, options, picture]) => {
      const { load, ClassifierError } = inferWeb
      try {
        const classifier = await load(typeof from === 'string' ? from : Uint8Array.from(from), options)
        const image = picture === 'canvas' ? new OffscreenCanvas(0, 4) : picture
        if (image) await classifier.classify(image)
      } catch (error) {
        if (error instanceof ClassifierError) return { code: error.code, params: error.params }
      }
      return {}
    },
    [source, options, picture] as const,
  )
}

const name = 'the model'
const noFiles = { code: 'CLASSIFIER_PICTURE_UNREADABLE', params: { path: 'a.png', reason: 'no files here' } }
const empty = {
  code: 'CLASSIFIER_PICTURE_INVALID',
  params: {
    picture: 'the picture',
    expected: 'one that shows something',
    found: 'OffscreenCanvas of 0 × 4 pixels',
  },
}

test.each<[string, string | number[], object, string?]>([
  ['a 404', '/none.onnx', { code: 'CLASSIFIER_MODEL_UNREACHABLE', params: { name: '/none.onnx', status: 404 } }],
  ['no ONNX', [60, 33], { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name } }],
  [
    'a newer operator set',
    [...onnxOf(corners, { opset: 99 })],
    {
      code: 'CLASSIFIER_MODEL_TOO_NEW',
      params: { name, domain: 'ai.onnx', found: 99, most: expect.any(Number) },
    },
  ],
  [
    'half of the metadata',
    [...onnxOf(corners, { metadata: { 'pixelrow.max_value': '16' } })],
    { code: 'CLASSIFIER_METADATA_MISSING', params: { name, keys: ['pixelrow.classes', 'pixelrow.shape'] } },
  ],
  [
    'a graph that onnxruntime does not run',
    [...onnxOf(corners, { opset: 6 })],
    { code: 'CLASSIFIER_MODEL_REFUSED', params: { name, reason: expect.any(String) } },
  ],
  ['a path', good, noFiles, 'a.png'],
  ['a picture of nothing', good, empty, 'canvas'],
])('%s is told by code, from a worker, too', async (_, source, expected, picture) => {
  for (const worker of [false, true]) expect(await told(source, { worker }, picture)).toEqual(expected)
})

test('a picture that its data does not fill is bad input, in a worker, too', async () => {
  const found = await page.evaluate(async (bytes) => {
    const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker: true })
    const picture = { data: new Uint8Array(15), width: 2, height: 2 }
    return classifier.classify(picture).then(String, (error) => {
      const { name, code, params, message } = error as InstanceType<typeof inferWeb.ClassifierError>
      return { name, code, params, message }
    })
  }, good)
  const [expected, is] = ['2 × 2 × 4 bytes (RGBA)', '15']
  expect(found).toEqual({
    name: 'ClassifierError',
    code: 'CLASSIFIER_PICTURE_INVALID',
    params: { picture: 'the picture', expected, found: is },
    message: `image: expected ${expected}, found ${is}.`,
  })
})

test.each([{}, { worker: true }])('a runtime that is not there is told by code (%o)', async (options) => {
  const expected = { code: 'CLASSIFIER_RUNTIME_UNLOADABLE', params: { name, reason: expect.any(String) } }
  expect(await told(good, { ...options, wasmPaths: '/nowhere/' })).toEqual(expected)
})

test('a missing device is told by code', async () => {
  await page.evaluate(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'))
  const expected = { code: 'CLASSIFIER_DEVICE_UNAVAILABLE', params: { name, devices: ['webgpu'] } }
  expect(await told(good, { device: 'webgpu' })).toEqual(expected)
  await page.evaluate(() => Reflect.deleteProperty(globalThis, 'WebAssembly'))
  const none = { code: 'CLASSIFIER_RUNTIME_UNLOADABLE', params: { name, reason: 'no WebAssembly' } }
  expect(await told(good, {})).toEqual(none)
})

test('a worker that does not start, or fails, is told by code', async () => {
  const found = await page.evaluate(async (bytes) => {
    const says = (error: unknown) => {
      const { code, params } = error as InstanceType<typeof inferWeb.ClassifierError>
      return { code, params }
    }
    const none = () => {
      throw new Error('none left')
    }
    const broken = () => new Worker(URL.createObjectURL(new Blob(['throw new Error("boom")'])))
    const load = (worker: () => Worker) => inferWeb.load(Uint8Array.from(bytes), { worker }).catch(says)
    return [await load(none), await load(broken)]
  }, good)
  expect(found).toEqual([
    { code: 'CLASSIFIER_WORKER_FAILED', params: { name, reason: 'none left' } },
    { code: 'CLASSIFIER_WORKER_FAILED', params: { name, reason: expect.stringContaining('boom') } },
  ])
})
