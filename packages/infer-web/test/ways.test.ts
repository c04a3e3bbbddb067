import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { type FileServer, serve } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'
import { openPage, servePage } from './page.ts'

const model = onnxOf(corners)
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-ways-'))
let browser: Browser
let server: FileServer
/** Another origin, whose pictures the page may show and not read. */
let others: FileServer

beforeAll(async () => {
  writeFileSync(
    join(folder, 'a.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"><rect width="1" height="1" /></svg>',
  )
  ;[browser, server, others] = await Promise.all([launchChromium(), servePage(), serve({ '/': folder })])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await others?.close()
  rmSync(folder, { recursive: true })
})

/** What a case may use: the model's bytes, a classifier of it, and the other origin. */
interface Given {
  bytes: Uint8Array<ArrayBuffer>
  load: (source: Parameters<typeof inferWeb.load>[0]) => ReturnType<typeof inferWeb.load>
  classifier: Awaited<ReturnType<typeof inferWeb.load>>
  elsewhere: string
}

const invalid = (found: string) => ({
  code: 'CLASSIFIER_PICTURE_INVALID',
  params: { picture: 'the picture', expected: expect.any(String), found },
})
const unreadable = { code: 'CLASSIFIER_PICTURE_UNREADABLE', params: { reason: 'another origin' } }

/** What a page can give, and what comes of it: a label, or what the error says to programs. Each is run in a page, where it sees nothing of this file. */
const cases: Record<string, [(given: Given) => Promise<unknown>, unknown]> = {
  'raw pixels': [async ({ classifier }) => (await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label, 'right'],
  'raw pixels whose memory has moved': [
    async ({ classifier }) => {
      const pixels = new Uint8Array(4)
      structuredClone(pixels, { transfer: [pixels.buffer] })
      return classifier.classify(pixels)
    },
    { code: 'CLASSIFIER_PIXELS_SIZE', params: { expected: 4, found: 0, several: false } },
  ],
  'ImageData whose memory has moved': [
    async ({ classifier }) => {
      const picture = new ImageData(2, 2)
      structuredClone(picture.data, { transfer: [picture.data.buffer] })
      return classifier.classify(picture)
    },
    invalid('0'),
  ],
  'a bitmap that is closed': [
    async ({ classifier }) => {
      const bitmap = await createImageBitmap(new ImageData(2, 2))
      bitmap.close()
      return classifier.classify(bitmap)
    },
    invalid('ImageBitmap of 0 × 0 pixels'),
  ],
  'a canvas with pixels of another origin': [
    async ({ classifier, elsewhere }) => {
      const image = new Image()
      image.src = elsewhere
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.getContext('2d')!.drawImage(image, 0, 0)
      return classifier.classify(canvas)
    },
    unreadable,
  ],
  'an image of another origin': [
    async ({ classifier, elsewhere }) => {
      const image = new Image()
      image.src = elsewhere
      return classifier.classify(image)
    },
    unreadable,
  ],
  'a canvas without a side': [
    async ({ classifier }) => classifier.classify(new OffscreenCanvas(0, 4)),
    invalid('OffscreenCanvas of 0 × 4 pixels'),
  ],
  'a Blob, an array and ImageData of a frame': [
    async ({ classifier }) => {
      const frame = document.body.appendChild(document.createElement('iframe'))
      const theirs = frame.contentWindow as unknown as typeof globalThis
      const canvas = new OffscreenCanvas(2, 2)
      const context = canvas.getContext('2d')!
      context.fillStyle = '#fff'
      context.fillRect(1, 0, 1, 1)
      const blob = new theirs.Blob([await canvas.convertToBlob()], { type: 'image/png' })
      const data = new theirs.ImageData(context.getImageData(0, 0, 2, 2).data, 2, 2)
      const images = [blob, data, theirs.Uint8Array.of(1, 16, 8, 0)]
      return (await classifier.classifyMany(images)).map(({ label }) => label)
    },
    ['right', 'right', 'right'],
  ],
  'a model in a Blob of a frame': [
    async ({ bytes, load }) => {
      const frame = document.body.appendChild(document.createElement('iframe'))
      const theirs = frame.contentWindow as unknown as typeof globalThis
      return (await (await load(new theirs.Blob([bytes]))).classify(Uint8Array.of(1, 16, 8, 0))).label
    },
    'right',
  ],
  'a model whose memory has moved': [
    async ({ bytes, load }) => {
      structuredClone(bytes, { transfer: [bytes.buffer] })
      return load(bytes)
    },
    { code: 'CLASSIFIER_MODEL_DAMAGED', params: { name: 'the model' } },
  ],
  'a Blob that is no picture': [
    async ({ classifier }) => classifier.classify(new Blob(['no picture'])),
    { code: 'CLASSIFIER_PICTURE_INVALID', params: expect.anything() },
  ],
}

describe.each([
  ['in the page', {}],
  ['in a worker', { worker: true }],
])('%s', (_, options) => {
  let page: Page

  beforeAll(async () => {
    ;({ page } = await openPage(browser, server))
    await page.evaluate(
      async ([bytes, options, elsewhere]) => {
        const load: Given['load'] = (source) => inferWeb.load(source, options)
        const classifier = await load(Uint8Array.from(bytes))
        const given = (): Given => ({ bytes: Uint8Array.from(bytes), load, classifier, elsewhere })
        Object.assign(globalThis, { given })
      },
      [[...model], options, `${others.origin}/a.svg`] as const,
    )
  })

  afterAll(() => page?.close())

  test.each(Object.entries(cases))('%s', async (_, [work, expected]) => {
    const found = await page.evaluate(async (code) => {
      try {
        const { given } = globalThis as unknown as { given: () => Given }
        return await (new Function(`return ${code}`)() as (given: Given) => Promise<unknown>)(given())
      } catch (error) {
        const { code, params, message } = error as InstanceType<typeof inferWeb.ClassifierError>
        return code ? { code, params } : { message }
      }
    }, String(work))
    expect(found).toEqual(expected)
  })
})
