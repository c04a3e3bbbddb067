import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { corners, expectedProbabilities, onnxOf } from '../../classifier/test/model.ts'
import { isolation, openPage, servePage, wasmFile } from './page.ts'

const model = [...onnxOf(corners)]
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

describe('in a page', () => {
  test('the import fetches nothing of onnxruntime, load one JavaScript and one .wasm file', async () => {
    const runtime = () => requests.filter((path) => path.startsWith('/onnxruntime/'))
    expect(requests).toContain('/infer-web/index.js')
    expect(runtime()).toEqual([])
    await page.evaluate(async (bytes) => {
      for (let times = 0; times < 2; times++) await (await inferWeb.load(Uint8Array.from(bytes))).close()
    }, model)
    expect(runtime()).toEqual(['/onnxruntime/ort.wasm.bundle.min.mjs', '/onnxruntime/ort-wasm-simd-threaded.wasm'])
  })

  test('a model loads from a URL, bytes and a Blob, and classifies', async () => {
    const results = await page.evaluate(async (bytes) => {
      const blob = new Blob([Uint8Array.from(bytes)])
      const url = URL.createObjectURL(blob)
      const sources = [url, new URL(url), Uint8Array.from(bytes), blob, new File([blob], 'model.onnx')]
      return Promise.all(
        sources.map(async (source) => {
          const classifier = await inferWeb.load(source)
          const { top } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
          await classifier.close()
          return { top, device: classifier.device, classes: classifier.classes, attempts: classifier.attempts }
        }),
      )
    }, model)
    const expected = expectedProbabilities(corners, [1, 16, 8, 0])
    expect(results).toHaveLength(5)
    for (const { top, ...rest } of results) {
      expect(top.map((score) => score.label)).toEqual(['right', 'below', 'left'])
      for (const { index, probability } of top) expect(probability).toBeCloseTo(expected[index]!, 6)
      const attempts = [{ device: 'webgpu', error: 'no adapter for it' }]
      expect(rest).toEqual({ device: 'wasm', classes: corners.classes, attempts })
    }
  })

  test('a long prediction lets the page go on and hears an abort', async () => {
    const { messages, ticks, rows } = await page.evaluate(async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes))
      const pixels = new Uint8Array(4 * 256 * 100)
      let ticks = 0
      const timer = setInterval(() => ticks++, 0)
      const { labels } = await classifier.predict(pixels)
      clearInterval(timer)
      const controller = new AbortController()
      let rows = 0
      const onProgress = (done: number) => {
        if (rows === 0) setTimeout(() => controller.abort(new Error('stopped by the user')))
        rows = done
      }
      const predicting = classifier.predict(pixels, { signal: controller.signal, onProgress })
      const messages = [String(labels.length), await predicting.catch((error: Error) => error.message)]
      await classifier.close()
      return { messages, ticks, rows }
    }, model)
    expect(messages).toEqual(['25600', 'stopped by the user'])
    expect(ticks).toBeGreaterThan(0)
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(25600)
  })

  test('fifty calls at once all get their own answers', async () => {
    const labels = await page.evaluate(async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes))
      const image = (brightest: number) => Uint8Array.from({ length: 4 }, (_, i) => (i === brightest ? 16 : 0))
      const calls = Array.from({ length: 50 }, (_, i) => classifier.classify(image(i % 3)))
      return (await Promise.all(calls)).map(({ index }) => index)
    }, model)
    expect(labels).toEqual(Array.from({ length: 50 }, (_, i) => i % 3))
  })

  test('the .wasm file may lie elsewhere: a folder, or the file', async () => {
    await page.route('**/elsewhere/*', (route) => route.fulfill({ path: wasmFile, contentType: 'application/wasm' }))
    for (const wasmPaths of ['/elsewhere/', '/elsewhere/hashed-name.wasm', { wasm: '/elsewhere/other.wasm' }]) {
      const label = await page.evaluate(
        async ([bytes, wasmPaths]) => {
          const classifier = await inferWeb.load(Uint8Array.from(bytes), { wasmPaths })
          return (await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label
        },
        [model, wasmPaths] as const,
      )
      expect(label).toBe('right')
      // onnxruntime-web starts once a page.
      await page.reload()
      await page.waitForFunction(() => 'inferWeb' in globalThis)
    }
    expect(requests.filter((path) => path.endsWith('.wasm'))).toEqual([
      '/elsewhere/ort-wasm-simd-threaded.wasm',
      '/elsewhere/hashed-name.wasm',
      '/elsewhere/other.wasm',
    ])
  })

  test('a frame’s own arrays, Blobs and URLs are what they are here', async () => {
    const labels = await page.evaluate(async (bytes) => {
      const frame = document.body.appendChild(document.createElement('iframe'))
      const theirs = frame.contentWindow as unknown as typeof globalThis
      const model = theirs.Uint8Array.from(bytes)
      const url = new theirs.URL(URL.createObjectURL(new Blob([Uint8Array.from(bytes)])))
      const found = []
      for (const source of [model, new theirs.Blob([model]), new theirs.File([model], 'own.onnx'), url]) {
        const classifier = await inferWeb.load(source, { signal: new theirs.AbortController().signal })
        const pixels = theirs.Uint8Array.of(1, 16, 8, 0)
        found.push((await classifier.classify(pixels)).label, (await classifier.classifyMany(pixels))[0]!.label)
        await classifier.close()
      }
      return found
    }, model)
    expect(labels).toEqual(new Array(8).fill('right'))
  })

  test('an isolated page may have threads', async () => {
    const isolated = await servePage(isolation)
    const { page } = await openPage(browser, isolated)
    const result = await page.evaluate(async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { threads: 2 })
      return { isolated: crossOriginIsolated, label: (await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label }
    }, model)
    expect(result).toEqual({ isolated: true, label: 'right' })
    await page.close()
    await isolated.close()
  })

  test.each([
    ['a thread that fails', '/no-such-file.js', 0, /^onnxruntime-web does not start: one of its threads fails: /],
    [
      'a thread that says nothing',
      '/pixels/browser.js',
      61_000,
      /^onnxruntime-web does not start: nothing happened for 60 s/,
    ],
  ])('%s is an error, not a page that waits for ever', async (_, file, later, message) => {
    const isolated = await servePage(isolation)
    const context = await browser.newContext()
    await context.clock.install()
    await context.addInitScript((file) => {
      globalThis.Worker = class extends Worker {
        constructor(_: string | URL, options?: WorkerOptions) {
          super(file, options)
        }
      }
    }, file)
    const { page } = await openPage(context, isolated)
    await page.evaluate((bytes) => {
      const told = ({ name, code, message }: Error & { code?: string }) => ({ name, code, message })
      const load = () => inferWeb.load(Uint8Array.from(bytes), { threads: 2 }).then(() => undefined, told)
      Object.assign(globalThis, { failures: [] })
      // What did not start will not start for the next one, either.
      void load().then(async (first) => void Object.assign(globalThis, { failures: [first, await load()] }))
    }, model)
    const failures = async () => {
      await page.clock.fastForward(later)
      return page.evaluate(() => (globalThis as unknown as { failures: object[] }).failures)
    }
    const failure = {
      name: 'ClassifierError',
      code: 'CLASSIFIER_RUNTIME_STALLED',
      message: expect.stringMatching(message),
    }
    await expect.poll(failures, { timeout: 30_000 }).toEqual([failure, failure])
    await context.close()
    await isolated.close()
  })
})

describe('what cannot be loaded is refused with a sentence', () => {
  /** The message of what `load` throws in the page, or what it gave. */
  function failure(source: string | number[], options = {}): Promise<string> {
    return page.evaluate(
      ([source, options]) =>
        inferWeb.load(typeof source === 'string' ? source : Uint8Array.from(source), options).then(
          ({ device }) => `loaded on ${device}`,
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      [source, options] as const,
    )
  }

  test('no model there', async () => {
    expect(await failure('none.onnx')).toBe(
      'ClassifierError: none.onnx: the model cannot be downloaded: the server answers 404',
    )
    expect(await failure('http://127.0.0.1:9/model.onnx')).toContain('the model cannot be downloaded: no answer')
  })

  test.each<[string, string | number[], string]>([
    ['a web page', '/app/model.onnx', '/app/model.onnx: expected an ONNX model, found an HTML page'],
    [
      'a CSV',
      [...new TextEncoder().encode('label,pixel0\n')],
      'the model: expected an ONNX model, found text that starts with',
    ],
    ['nothing', [], 'the model: expected an ONNX model, found an empty file'],
    ['a newer IR', [...onnxOf(corners, { irVersion: 99 })], 'ONNX IR version 99 is newer than this onnxruntime reads'],
    ['half of our metadata', [...onnxOf(corners, { metadata: { 'pixelrow.max_value': '16' } })], 'its metadata lacks'],
  ])('%s', async (_, source, message) => {
    expect(await failure(source)).toContain(message)
  })

  test('no .wasm file where wasmPaths says', async () => {
    const message = await failure(model, { wasmPaths: '/nowhere/' })
    expect(message).toContain("onnxruntime-web's .wasm file cannot be loaded:")
    expect(message).toContain('wasmPaths')
    expect(requests).toContain('/nowhere/ort-wasm-simd-threaded.wasm')
  })

  test('no onnxruntime-web', async () => {
    await page.route('**/onnxruntime/*.mjs', (route) => route.fulfill({ status: 404 }), { times: 1 })
    expect(await failure(model)).toContain('onnxruntime-web cannot be loaded: TypeError: Failed to fetch')
  })

  test('no number of threads', async () => {
    expect(await failure(model, { threads: 0 })).toContain(
      'load: threads must be a whole number of at least 1; found 0.',
    )
  })

  test('aborted before and during the download', async () => {
    const messages = await page.evaluate(async () => {
      const caught = (error: Error) => error.message
      const early = await inferWeb.load('/', { signal: AbortSignal.abort(new Error('early')) }).catch(caught)
      const controller = new AbortController()
      const loading = inferWeb.load('/', { signal: controller.signal }).catch(caught)
      controller.abort(new Error('midway'))
      return [early, await loading]
    })
    expect(messages).toEqual(['early', 'midway'])
  })
})
