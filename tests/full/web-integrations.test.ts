import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { linear } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { png } from '../../apps/cli/test/helpers.ts'
import { launchChromium } from '../chromium.ts'
import { digits } from '../digits.ts'
import { forward, isolation, serve } from '../serve.ts'
import { type Integrations, packForIntegrations, start } from './integration.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-web-integrations-'))
const model = join(folder, 'model.onnx')
const { pixels, labels: truth } = digits('t10k', 300)
const pictures = Array.from({ length: 300 }, (_, row) => ({
  name: `${row}.png`,
  mimeType: 'image/png',
  buffer: png(28, 28, pixels.subarray(row * 784, row * 784 + 784)),
}))
const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') }
let expected: string[]
let browser: Browser
/** A browser whose software adapter for WebGPU does not say that it is one, so that a page takes it for a graphics card. */
let hardware: BrowserContext
let integrations: Integrations

beforeAll(async () => {
  const table = digits('train', 3000)
  const options = { epochs: 3, learningRate: 0.003, optimizer: adam(), validation: 0 }
  writeFileSync(model, toOnnx((await fit(linear(table), table, options)).model))
  await using classifier = await load(model)
  const found = (await classifier.predict(pixels)).labels
  expect(found.filter((label, row) => label === truth[row]).length).toBeGreaterThan(230)
  expected = Array.from(found, String)
  integrations = await packForIntegrations(folder)
  browser = await launchChromium()
  hardware = await (await launchChromium({ webgpu: true })).newContext()
  await hardware.addInitScript(() => {
    const { GPUAdapterInfo } = globalThis as unknown as { GPUAdapterInfo: { prototype: object } }
    Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false })
  })
})

afterAll(async () => {
  await browser?.close()
  await hardware?.browser()?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What Chromium itself says where there is no graphics card, and where a server refuses something. */
const ofChromium =
  /^warning: No available adapters\.$|^error: Failed to load resource: the server responded with a status of 400/

/** A visitor's page, with what it said and which `.wasm` files it fetched. */
async function visit(url: string, context: Browser | BrowserContext = browser) {
  const page = await context.newPage()
  const said: string[] = []
  const wasm: string[] = []
  page.on('console', (message) => message.type() !== 'debug' && said.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => said.push(String(error)))
  page.on('request', (request) => request.url().endsWith('.wasm') && wasm.push(request.url()))
  await page.goto(url)
  return { page, wasm, said: () => said.filter((line) => !ofChromium.test(line)) }
}

/** Chooses files in the page: what its lists say then. It must be another number of files than before, or the old answers would be taken for new ones. */
async function choose(page: Page, files: typeof pictures, lists = ['ol']): Promise<string[][]> {
  await page.setInputFiles('input', files)
  return Promise.all(
    lists.map(async (list) => {
      await page.locator(`${list} li:last-child:nth-child(${files.length})`).waitFor({ state: 'attached' })
      return page.locator(`${list} li`).allTextContents()
    }),
  )
}

/** The digits in a page: `7 (93.1 %)` without how sure it is. */
const classesIn = async (page: Page, lists?: string[]) =>
  (await choose(page, pictures, lists)).map((list) => list.map((answer) => answer.replace(/ \(\d+\.\d %\)$/, '')))

/**
 * 300 digits get infer-node's classes, what is no picture a sentence; one `.wasm` file is fetched, and where there is a graphics card one, too,
 * but another: `files` in all. Nothing is said on the console. A page that is cross-origin isolated runs threads.
 */
async function check(url: string, { lists = ['ol'], files = 2, isIsolated = false } = {}) {
  const without = await visit(url)
  expect(await without.page.evaluate(() => crossOriginIsolated)).toBe(isIsolated)
  expect(await classesIn(without.page, lists)).toEqual(lists.map(() => expected))
  for (const [refusal, answer] of await choose(without.page, [note, pictures[0]!], lists)) {
    expect(refusal).toMatch(
      /expected 784 bytes \(28×28×1\), found 10|expected a PNG, JPEG, WebP, GIF, BMP or TIFF picture, found/,
    )
    expect(answer).toMatch(/^\d \(/)
  }
  const withGpu = await visit(url, hardware)
  expect(await classesIn(withGpu.page, lists)).toEqual(lists.map(() => expected))
  const wasm = [...without.wasm, ...withGpu.wasm]
  expect([wasm.length, new Set(wasm.map((path) => new URL(path).pathname)).size]).toEqual([2, files])
  expect([...without.said(), ...withGpu.said()]).toEqual([])
  await without.page.close()
  await withGpu.page.close()
}

function putModel(app: string, into: string) {
  mkdirSync(join(app, into), { recursive: true })
  cpSync(model, join(app, into, 'model.onnx'))
}

/** Runs a command that an integration has installed. */
const inIntegration = (app: string, ...args: string[]) =>
  execFileSync(process.execPath, args, {
    cwd: app,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' },
  })

/** Serves a folder of files from a path below the root, as sites often lie, and checks it with threads and without. */
async function checkFiles(site: string, files?: number) {
  for (const headers of [{}, isolation]) {
    const server = await serve({ '/some/path/': site }, { headers })
    onTestFinished(server.close)
    await check(`${server.origin}/some/path/`, { files, isIsolated: headers === isolation })
  }
}

/** Vite's dev server and its build. */
async function checkVite(app: string, files?: number) {
  putModel(app, 'public')
  const vite = 'node_modules/vite/bin/vite.js'
  const isolated = `import own from './vite.config.js'\nexport default { ...own, server: { headers: ${JSON.stringify(isolation)} } }\n`
  writeFileSync(join(app, 'isolated.config.js'), isolated)
  for (const config of ['vite.config.js', 'isolated.config.js']) {
    const dev = await start([vite, '--port', '0', '--host', '127.0.0.1', '--config', config], app)
    await check(`${dev.origin}/`, { files, isIsolated: config === 'isolated.config.js' })
    await dev.stop()
  }
  inIntegration(app, vite, 'build')
  await checkFiles(join(app, 'dist'), files)
}

test('vite: the build and the dev server', async () => {
  await checkVite(await integrations.install('vite'))
})

/** An integration whose page classifies itself, without a worker. */
function withoutWorker(app: string, file = 'main.js') {
  const path = join(app, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(', { worker: true }')
  writeFileSync(path, text.replace(', { worker: true }', ''))
}

test('vite, without a worker: threads do not run the page’s entry', async () => {
  const app = await integrations.install('vite')
  withoutWorker(app)
  await checkVite(app)
})

test('webpack, without a worker', async () => {
  const app = await integrations.install('webpack')
  withoutWorker(app)
  putModel(app, 'public')
  inIntegration(app, 'node_modules/webpack-cli/bin/cli.js')
  await checkFiles(join(app, 'public'))
})

test('a module worker of the app’s own', async () => {
  // In a worker, the adapter says that it is software.
  await checkVite(await integrations.install('module-worker'), 1)
})

test('webpack: the build', async () => {
  const app = await integrations.install('webpack')
  putModel(app, 'public')
  expect(inIntegration(app, 'node_modules/webpack-cli/bin/cli.js')).not.toMatch(/WARNING|ERROR/)
  await checkFiles(join(app, 'public'))
})

test('esbuild: the build, with onnxruntime-web in chunks of their own', async () => {
  const app = await integrations.install('esbuild-page')
  putModel(app, 'public')
  inIntegration(app, 'build.mjs')
  await checkFiles(join(app, 'public'))
})

test('an import map, no bundler', async () => {
  const app = await integrations.install('import-map')
  putModel(app, '.')
  await checkFiles(app)
})

test.each([
  ['', {}],
  [', isolated', isolation],
])('a service worker: the second visit needs no server%s', async (_, headers) => {
  const app = await integrations.install('offline')
  putModel(app, 'public')
  inIntegration(app, 'build.mjs')
  const context = await browser.newContext()
  const server = await serve({ '/some/path/': join(app, 'public') }, { headers })
  onTestFinished(server.close)
  const url = `${server.origin}/some/path/`
  const first = await visit(url, context)
  expect(await classesIn(first.page)).toEqual([expected])
  await first.page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated')
  // What workers asked for counts here too.
  expect(server.requests.filter((path) => path.endsWith('.wasm')).length).toBe(1)
  await server.close()
  await first.page.reload()
  expect(await classesIn(first.page)).toEqual([expected])
  const second = await visit(url, context)
  expect(await classesIn(second.page)).toEqual([expected])
  expect(await choose(second.page, [note])).toEqual([
    [expect.stringContaining('expected a PNG, JPEG, WebP, GIF, BMP or TIFF picture')],
  ])
  expect([...first.said(), ...second.said()]).toEqual([])
  await context.close()
})

test('next: in the browser and in a route handler', async () => {
  const app = await integrations.install('next')
  putModel(app, 'public')
  const next = 'node_modules/next/dist/bin/next'
  inIntegration(app, next, 'build')
  const server = await start([next, 'start', '--port', '0'], app, { NEXT_TELEMETRY_DISABLED: '1' })
  // The page is rendered on the server first, with infer-web imported there.
  expect(await (await fetch(server.origin)).text()).toContain('Pictures')
  await check(`${server.origin}/`, { lists: ['#browser', '#server'] })
  const isolated = await forward(server.origin, isolation)
  onTestFinished(isolated.close)
  await check(`${isolated.origin}/`, { lists: ['#browser', '#server'], isIsolated: true })
  const refused = await fetch(`${server.origin}/api/classify`, { method: 'POST', body: note.buffer })
  expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining('found 10') }])
})
