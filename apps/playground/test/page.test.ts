import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { type FileServer, serve } from '../../../tests/serve.ts'

// Deep inside another site, where only relative addresses work.
const subPath = '/some/where/else/'
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serve({ [subPath]: dist })])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** Opens the page and notes what it asks for and what the console says. */
async function visit(options: BrowserContextOptions = {}, prepare: (page: Page) => Promise<unknown> = async () => {}) {
  const page = await browser.newPage(options)
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await prepare(page)
  await page.goto(server.origin + subPath)
  return { page, requests, complaints }
}

describe('the built page', () => {
  test('classifies its digit from any sub-path, with one .wasm file and a quiet console', async () => {
    const { page, requests, complaints } = await visit()
    await page.locator('#answer strong').waitFor()
    expect(await page.locator('#answer').textContent()).toMatch(/^7 with 9\d\.\d%$/)
    expect(await page.locator('#truth').textContent()).toContain('wrote as a 7')
    expect(await page.locator('#about').textContent()).toMatch(/^Runs on wasm; the first answer took \d+\.\d ms\.$/)
    expect(complaints).toEqual([])
    expect(requests.filter((url) => url.endsWith('.wasm'))).toHaveLength(1)
    expect(requests.filter((url) => url.endsWith('.onnx'))).toHaveLength(1)
    expect(requests.filter((url) => !url.startsWith(server.origin + subPath) && !url.startsWith('data:'))).toEqual([])
    await page.close()
  })

  test('shows every class with its probability, the best one marked', async () => {
    const { page } = await visit()
    await page.locator('#classes li').first().waitFor()
    const labels = await page.locator('#classes .label').allTextContents()
    expect(labels).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const percents = (await page.locator('#classes .percent').allTextContents()).map(Number.parseFloat)
    expect(percents.reduce((a, b) => a + b)).toBeCloseTo(100, 0)
    expect(await page.locator('#classes .best .label').allTextContents()).toEqual(['7'])
    await page.close()
  })

  test('draws the digit it classified', async () => {
    const { page } = await visit()
    await page.locator('#answer strong').waitFor()
    const drawn = await page.locator('#picture').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return { width: canvas.width, height: canvas.height, red: Array.from(data).filter((_, i) => i % 4 === 0) }
    })
    const { default: digit } = await import('../src/digit.json')
    expect(drawn).toEqual({ width: 28, height: 28, red: digit.pixels })
    await page.close()
  })

  test.each(['light', 'dark'] as const)('fits a phone, %s, and its text stands out', async (colorScheme) => {
    const { page } = await visit({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, colorScheme })
    await page.locator('#answer strong').waitFor()
    const { overflow, contrasts } = await page.evaluate(() => {
      const luminance = (color: string) => {
        const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
          const x = Number(part) / 255
          return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
      }
      const ground = (element: Element | null): string => {
        const color = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)'
        return color === 'rgba(0, 0, 0, 0)' ? ground(element?.parentElement ?? null) : color
      }
      const texts = Array.from(document.querySelectorAll('p, h1, h2, strong, .label, .percent'))
      const contrasts = texts.map((element) => {
        const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))]
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      })
      return { overflow: document.documentElement.scrollWidth - window.innerWidth, contrasts }
    })
    expect(overflow).toBeLessThanOrEqual(0)
    expect(contrasts.length).toBeGreaterThan(20)
    // WCAG 2.2, level AA.
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5)
    await page.close()
  })

  test('tells a screen reader what is where', async () => {
    const { page } = await visit()
    await page.locator('#answer strong').waitFor()
    expect(await page.locator('body').ariaSnapshot()).toMatch(/heading "Which digit is this\?" \[level=1\]/)
    await page.getByRole('img', { name: 'A handwritten digit, 28 by 28 pixels' }).waitFor()
    await page.getByRole('region', { name: 'What the model says' }).waitFor()
    expect(await page.getByRole('status').textContent()).toMatch(/^7 with/)
    expect(await page.getByRole('list', { name: 'Probability of each class' }).getByRole('listitem').count()).toBe(10)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.close()
  })
})

describe('says in the page what is wrong', () => {
  test.each<[string, (page: Page) => Promise<unknown>, string]>([
    [
      'no model',
      (page) => page.route('**/model.onnx', (route) => route.fulfill({ status: 404 })),
      'model.onnx: the model cannot be downloaded: the server answers 404',
    ],
    [
      'a page instead of a model',
      (page) => page.route('**/model.onnx', (route) => route.fulfill({ body: '<!doctype html><title>App</title>' })),
      'model.onnx: expected an ONNX model, found an HTML page',
    ],
    [
      'no .wasm file',
      (page) => page.route('**/*.wasm', (route) => route.fulfill({ status: 404 })),
      "onnxruntime-web's .wasm file cannot be loaded:",
    ],
  ])('%s', async (_, prepare, message) => {
    const { page } = await visit({}, prepare)
    expect(await page.getByRole('alert').textContent()).toContain(message)
    await page.close()
  })
})
