import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { csvText } from '@pixelrow/data'
import type axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { digits } from '../../../tests/digits.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { answered, serveBuild, visit } from './site.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serveBuild()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** What axe-core finds wrong, in words. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') }
    return (await axe.run(document)) as axe.AxeResults
  })
  expect(found.passes.length).toBeGreaterThan(20)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

const small = { viewport: { width: 360, height: 740 } }

describe.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone, light', { ...small, colorScheme: 'light' }],
  ['phone, dark', { ...small, colorScheme: 'dark' }],
] as const)('%s', (_, options) => {
  test('axe-core finds nothing, at the start and with a table, a complaint and an empty pad; nothing is wider than the window', async () => {
    const { page } = await visit(browser, server, options)
    await answered(page)
    expect(await violations(page)).toEqual([])
    const table = [...csvText(digits('t10k', 30))].join('')
    await page.locator('#file').setInputFiles({ name: 'digits.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
    await page.locator('#progress').waitFor({ state: 'hidden' })
    await page.locator('#file').setInputFiles({ name: 'no.onnx', mimeType: '', buffer: Buffer.from('no model') })
    await page.getByRole('alert').waitFor()
    await page.locator('#clear').click()
    await page.locator('#answer .pending').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.close()
  })
})

describe('by keyboard alone', () => {
  test('an example is taken, and every control is reached, with a focus that can be seen', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const reached: string[] = []
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab')
      const { name, outline } = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement
        const shown = focused.matches('input') ? (focused.nextElementSibling as HTMLElement) : focused
        const { outlineStyle, outlineWidth } = getComputedStyle(shown)
        const text = focused.ariaLabel ?? (focused.textContent?.trim() || focused.getAttribute('value') || 'page')
        return { name: text, outline: `${outlineStyle} ${outlineWidth}` }
      })
      if (reached.includes(name) || focusLeft(name)) break
      reached.push(name)
      expect(outline, name).toBe('solid 3px')
    }
    expect(reached).toEqual([
      'Skip to the answer',
      'medium',
      'Undo',
      'Clear',
      ...Array.from('0123456789', (digit) => `Take a ${digit}`),
      'Choose a file',
    ])
    await page.getByRole('button', { name: 'Take a 5' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('#answer strong').filter({ hasText: '5' }).waitFor()
    await page.getByRole('radio', { name: 'Medium' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('radio', { name: 'Broad' }).isChecked()).toBe(true)
    await page.close()
  })
})

const focusLeft = (name: string) => name === 'page' || name.length > 100

describe('a screen reader', () => {
  test('finds the parts by name', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await page.getByRole('heading', { level: 1, name: 'Draw a digit' }).waitFor()
    for (const name of ['A 3 that somebody wrote', 'Answer', 'Open your own'])
      expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1)
    await page.getByRole('img', { name: 'What the model sees' }).waitFor()
    expect(await page.getByRole('list', { name: 'Probability of each class' }).getByRole('listitem').count()).toBe(10)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.close()
  })

  test('is told the answer once it stays, not every one on the way', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await page.evaluate(() => {
      const said: string[] = []
      Object.assign(globalThis, { said })
      const region = document.querySelector('#spoken')!
      new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, { childList: true })
    })
    for (const digit of '0123456') await page.getByRole('button', { name: `Take a ${digit}` }).click()
    await page
      .locator('#spoken')
      .filter({ hasText: /^6, \d+ percent sure$/ })
      .waitFor()
    const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
    expect(said.length).toBeLessThan(7)
    expect(said.at(-1)).toMatch(/^6,/)
    await page.close()
  })
})
