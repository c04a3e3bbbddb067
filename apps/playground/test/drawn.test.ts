import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { type Drawn, drawOn } from './draw.ts'
import { answered, serveBuild, visit } from './site.ts'

const strokes = new URL('./fixtures/strokes.json', import.meta.url)
const digits: Drawn[] = JSON.parse(readFileSync(strokes, 'utf8'))
let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serveBuild()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test('at least 93 of 100 digits that no training has seen are read when they are drawn with another pen, size, place and tilt', async () => {
  expect(digits).toHaveLength(100)
  const { page } = await visit(browser, server)
  await answered(page)
  const wrong: string[] = []
  for (const digit of digits) {
    await drawOn(page, digit)
    await answered(page)
    const read = await page.locator('#answer strong').textContent()
    if (read !== digit.label) wrong.push(`row ${digit.row}: a ${digit.label} in ${digit.pen} read as ${read}`)
  }
  expect(100 - wrong.length, wrong.join('\n')).toBeGreaterThanOrEqual(93)
}, 300_000)
