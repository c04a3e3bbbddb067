import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { csvText } from '@pixelrow/data'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from '../../../tests/chromium.ts'
import { type Drawn, drawOn } from '../test/draw.ts'
import { answered, serveBuild, visit } from '../test/site.ts'

/** Takes the pictures of the built page that the READMEs show. Run it with `pnpm screenshots`. */

const folder = '../../docs'
const strokes: Drawn[] = JSON.parse(readFileSync('test/fixtures/strokes.json', 'utf8'))

/** The digit of that row, drawn on the pad a second time, so that the time shown is not that of the first run of all. */
async function draw(page: Page, row: number): Promise<void> {
  await answered(page)
  for (let i = 0; i < 2; i++) {
    await drawOn(page, strokes.find((digit) => digit.row === row)!)
    await answered(page)
  }
}

/** Some of the digits that the model has not been trained on, with their labels. */
async function unseenDigits(rows: number): Promise<Buffer> {
  // The command's package is built after this one, so it is no dependency.
  const cli = pathToFileURL(resolve('../cli/dist/index.js')).href
  const { digits, readTable } = (await import(cli)) as typeof import('../../cli/dist/index.js')
  const files = await digits()
  const { pixels, shape, maxValue } = await readTable(files.test)
  const truth = readFileSync(files.solution, 'utf8')
    .split('\n')
    .slice(1, rows + 1)
  const labels = Uint16Array.from(truth, (line) => Number(line.split(',')[1]))
  return Buffer.from([...csvText({ pixels, rows, shape, maxValue, labels })].join(''))
}

/** Opens a table, and goes to what the model gets wrong. */
async function openTable(page: Page): Promise<void> {
  const buffer = await unseenDigits(2000)
  await page.locator('#file').setInputFiles({ name: 'digits.csv', mimeType: 'text/csv', buffer })
  await page.locator('#score').filter({ hasText: 'of 2,000 rows wrong.' }).waitFor()
  await page.locator('#table').evaluate((table) => scrollTo(0, table.getBoundingClientRect().top + scrollY - 24))
}

const [browser, server] = await Promise.all([launchChromium(), serveBuild()])

async function shoot(name: string, options: BrowserContextOptions, prepare: (page: Page) => Promise<void>) {
  const { page } = await visit(browser, server, options)
  await prepare(page)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  // Bars move for a moment.
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
  await page.screenshot({ path: join(folder, name) })
  await page.close()
}

const wide = { width: 1120, height: 850 }
await shoot('playground.png', { viewport: wide }, (page) => draw(page, 9178))
await shoot('playground-phone.png', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }, async (page) => {
  await draw(page, 9178)
  await page.evaluate(() => scrollTo(0, 0))
})
await shoot('playground-dark.png', { viewport: { ...wide, height: 700 }, colorScheme: 'dark' }, async (page) => {
  await answered(page)
  await openTable(page)
})
await browser.close()
await server.close()
