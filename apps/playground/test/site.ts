import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type FileServer, serve } from '../../../tests/serve.ts'

/** Deep inside another site, where only relative addresses work. */
export const subPath = '/some/where/else/'

/** Serves the built page there, cross-origin isolated as `pixelrow playground` does it. */
export function serveBuild(): Promise<FileServer> {
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  return serve({ [subPath]: fileURLToPath(new URL('../dist/', import.meta.url)) }, { headers })
}

/** A visit, with what the page asks for and what the console says. */
export interface Visit {
  page: Page
  requests: string[]
  complaints: string[]
}

/** Opens the page; `prepare` may put things in its way first. */
export async function visit(
  browser: Browser,
  { origin }: FileServer,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Visit> {
  const page = await browser.newPage(options)
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => {
    // Chromium's own remark on every page that asks for a graphics card where there is none.
    const isOurs = message.text() !== 'No available adapters.'
    if (['error', 'warning'].includes(message.type()) && isOurs) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await prepare(page)
  await page.goto(origin + subPath)
  return { page, requests, complaints }
}

/** Resolves when the page has answered what is on the pad now. */
export async function answered(page: Page): Promise<void> {
  await page.locator('#answer[aria-busy=false] strong').waitFor()
}
