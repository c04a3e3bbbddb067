import { csvText } from '@pixelrow/data'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { digits } from '../../../tests/digits.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { answered, serveBuild, subPath, visit } from './site.ts'

let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serveBuild()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const complaint = (page: Page) => page.getByRole('alert').locator('p').textContent()

describe('says in the page what is wrong at the start', () => {
  test.each<[string, (page: Page) => Promise<unknown>, string]>([
    [
      'no model',
      (page) => page.route('**/digits.onnx', (route) => route.fulfill({ status: 404 })),
      'digits.onnx: the model cannot be downloaded: the server answers 404',
    ],
    [
      'a page instead of a model',
      (page) => page.route('**/digits.onnx', (route) => route.fulfill({ body: '<!doctype html><title>App</title>' })),
      'digits.onnx: expected an ONNX model, found an HTML page',
    ],
    [
      'no .wasm file',
      (page) => page.route('**/*.wasm', (route) => route.fulfill({ status: 404 })),
      "onnxruntime-web's .wasm file cannot be loaded:",
    ],
    [
      'no WebAssembly',
      (page) => page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly')),
      'WebAssembly',
    ],
    [
      'a policy of the server against WebAssembly',
      (page) =>
        page.route(`**${subPath}`, async (route) => {
          const response = await route.fetch()
          const headers = { ...response.headers(), 'content-security-policy': "script-src 'self'" }
          await route.fulfill({ response, headers })
        }),
      "onnxruntime-web's WebAssembly is blocked by the page's content security policy",
    ],
  ])('%s', async (_, prepare, message) => {
    const { page } = await visit(browser, server, {}, prepare)
    expect(await complaint(page)).toContain(message)
    expect(await page.locator('#answer').textContent()).toBe('')
    await page.close()
  })

  test('no network: it goes on once there is one', async () => {
    let offline = true
    const { page } = await visit(browser, server, {}, (page) =>
      page.route('**/digits.onnx', (route) => (offline ? route.abort('internetdisconnected') : route.continue())),
    )
    expect(await complaint(page)).toContain('digits.onnx: the model cannot be downloaded: no answer')
    offline = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await answered(page)
    expect(await page.getByRole('alert').isVisible()).toBe(false)
    await page.close()
  })
})

describe('says in the page what is wrong with a file, and goes on with what was there', () => {
  const table = [...csvText(digits('t10k', 3))].join('')
  test.each<[string, string, string, string]>([
    ['no ONNX', 'notes.onnx', 'just some text that is no model', 'notes.onnx: expected an ONNX model, found'],
    ['an empty model', 'empty.onnx', '', 'empty.onnx:'],
    [
      'no picture',
      'photo.jpg',
      'not a photo',
      'photo.jpg: expected a PNG, JPEG, WebP, GIF or BMP picture, found no PNG',
    ],
    ['images of another size', 'small.csv', 'label,pixel0,pixel1,pixel2,pixel3\n7,0,255,17,3\n', 'small.csv'],
    [
      'a value that is no pixel',
      'bad.csv',
      table.replace(/\n(\d),0,0/, '\n$1,0,300'),
      "bad.csv row 2, column pixel1: expected a whole number 0..255, found '300'.",
    ],
    ['no rows', 'empty.csv', '', 'empty.csv'],
  ])('%s', async (_, name, content, message) => {
    const { page } = await visit(browser, server)
    await answered(page)
    await page.locator('#file').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })
    const said = await complaint(page)
    expect(said).toContain(message)
    // A sentence for somebody who has no program to pass an option in.
    expect(said).not.toMatch(/\bpass\b/i)
    await page.getByRole('button', { name: 'Take a 5' }).click()
    await page.locator('#answer strong').filter({ hasText: '5' }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    expect(await page.getByRole('alert').isVisible()).toBe(false)
    await page.close()
  })
})
