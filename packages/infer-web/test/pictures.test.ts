import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { onnxOf, type TestModel } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

/** 2×2 in colour: the class is the corner with the most green. */
const green: TestModel = {
  height: 2,
  width: 2,
  channels: 3,
  maxValue: 255,
  classes: ['top left', 'top right', 'bottom left', 'bottom right'],
  weight: Float32Array.from({ length: 48 }, (_, i) => (Math.floor(i / 4) === 3 * (i % 4) + 1 ? 8 : 0)),
}

let browser: Browser
let server: FileServer
let page: Page

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), servePage()])
  ;({ page } = await openPage(browser, server))
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test('every picture that a page has gives the same: green at the top right', async () => {
  const results = await page.evaluate(
    async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes))
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 40
      const context = canvas.getContext('2d')!
      context.fillStyle = 'rgb(200, 0, 100)'
      context.fillRect(0, 0, 40, 40)
      context.fillStyle = 'rgb(0, 220, 30)'
      context.fillRect(20, 0, 20, 20)
      const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!)))
      const image = new Image()
      image.src = URL.createObjectURL(blob)
      const off = new OffscreenCanvas(40, 40)
      off.getContext('2d')!.drawImage(canvas, 0, 0)
      const sources = {
        ImageData: context.getImageData(0, 0, 40, 40),
        canvas,
        OffscreenCanvas: off,
        ImageBitmap: await createImageBitmap(canvas),
        'an image that is still loading': image,
        Blob: blob,
        File: new File([blob], 'green.png'),
        bytes: new Uint8Array(await blob.arrayBuffer()),
        VideoFrame: new VideoFrame(canvas, { timestamp: 0 }),
      }
      const found: Record<string, string> = {}
      for (const [name, source] of Object.entries(sources)) {
        const { label, probability } = await classifier.classify(source)
        found[name] = `${label} ${probability.toFixed(6)}`
      }
      return found
    },
    [...onnxOf(green)],
  )
  expect(Object.keys(results)).toHaveLength(9)
  const { ImageData: first, ...others } = results
  expect(first).toMatch(/^top right 0\.99/)
  for (const [name, result] of Object.entries(others)) expect(`${name}: ${result}`).toBe(`${name}: ${first}`)
})

test('a video’s frame, once it shows one', async () => {
  const { early, late } = await page.evaluate(
    async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes))
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 64
      const context = canvas.getContext('2d')!
      const video = document.createElement('video')
      video.muted = true
      const early = await classifier.classify(video).catch((error: Error) => error.message)
      video.srcObject = canvas.captureStream()
      const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve))
      const draw = () => {
        context.fillStyle = '#000'
        context.fillRect(0, 0, 64, 64)
        context.fillStyle = '#0f0'
        context.fillRect(0, 32, 32, 32)
        requestAnimationFrame(draw)
      }
      draw()
      await video.play()
      await shown
      return { early, late: (await classifier.classify(video)).label }
    },
    [...onnxOf(green)],
  )
  expect(early).toContain('HTMLVideoElement of 0 × 0 pixels: expected one that shows something')
  expect(late).toBe('bottom left')
})

test('prepare: digit, from any of them, is what infer-node makes', async () => {
  const grey: TestModel = {
    ...green,
    height: 28,
    width: 28,
    channels: 1,
    weight: Float32Array.from({ length: 784 * 4 }, (_, i) => ((i * 37) % 11) / 40),
  }
  const { drawn, given } = await page.evaluate(
    async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes), { prepare: 'digit' })
      const canvas = document.createElement('canvas')
      canvas.width = canvas.height = 120
      const context = canvas.getContext('2d')!
      context.fillStyle = '#fff'
      context.fillRect(0, 0, 120, 120)
      context.fillRect(0, 0, 120, 120)
      context.fillStyle = '#222'
      context.fillRect(30, 20, 14, 70)
      const image = context.getImageData(0, 0, 120, 120)
      return {
        drawn: (await classifier.classify(canvas, { top: 4 })).top,
        given: { data: [...image.data], size: (await classifier.classify(image, { top: 4 })).top },
      }
    },
    [...onnxOf(grey)],
  )
  const { load } = await import('@pixelrow/infer-node')
  const classifier = await load(onnxOf(grey), { prepare: 'digit', device: 'cpu' })
  const image = { data: Uint8Array.from(given.data), width: 120, height: 120 }
  const { top } = await classifier.classify(image, { top: 4 })
  await classifier.close()
  for (const scores of [drawn, given.size]) {
    expect(scores.map(({ label }) => label)).toEqual(top.map(({ label }) => label))
    for (const [i, { probability }] of scores.entries()) expect(probability).toBeCloseTo(top[i]!.probability, 5)
  }
})

test('what is no picture, and what shows nothing', async () => {
  const messages = await page.evaluate(
    async (bytes) => {
      const classifier = await inferWeb.load(Uint8Array.from(bytes))
      const sources: unknown[] = [
        document.createElement('p'),
        new OffscreenCanvas(0, 5),
        new Image(),
        new Blob(['text']),
        null,
        'cat.jpg',
      ]
      const caught = (error: Error) => `${error.name}: ${error.message}`
      return Promise.all(sources.map((source) => classifier.classify(source as Blob).then(String, caught)))
    },
    [...onnxOf(green)],
  )
  expect(messages).toEqual([
    expect.stringMatching(/^ClassifierError: the picture: expected raw pixels.*found HTMLParagraphElement$/),
    expect.stringContaining('ClassifierError: the picture: OffscreenCanvas of 0 × 5 pixels'),
    expect.stringContaining('ClassifierError: the picture: HTMLImageElement of 0 × 0 pixels'),
    expect.stringContaining(
      'expected a PNG, JPEG, WebP, GIF, BMP or TIFF picture, found no PNG, JPEG, WebP, GIF, BMP or TIFF',
    ),
    expect.stringContaining('pixels: expected a Uint8Array of raw pixel values, found Null'),
    expect.stringContaining('cat.jpg: there are no files here'),
  ])
})
