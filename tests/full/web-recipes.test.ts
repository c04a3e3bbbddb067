import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { linear } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { png } from '../../apps/cli/test/helpers.ts'
import { launchChromium } from '../chromium.ts'
import { digits } from '../digits.ts'
import { serve } from '../serve.ts'
import { packForRecipes, type Recipes, start } from './recipe.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-web-recipes-'))
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
let recipes: Recipes

beforeAll(async () => {
  const table = digits('train', 3000)
  const { model: trained } = await fit(linear(table), table, {
    epochs: 3,
    learningRate: 0.003,
    optimizer: adam(),
    validation: 0,
  })
  writeFileSync(model, toOnnx(trained))
  await using classifier = await load(model)
  const found = (await classifier.predict(pixels)).labels
  expect(found.filter((label, row) => label === truth[row]).length).toBeGreaterThan(230)
  expected = Array.from(found, String)
  recipes = await packForRecipes(folder)
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A visitor's page, with what it said and fetched. */
async function visit(url: string, context?: BrowserContext) {
  const page = await (context ?? browser).newPage()
  const said: string[] = []
  const fetched: string[] = []
  page.on('console', (message) => {
    // Chromium's own remark on every page that asks for a graphics card where there is none.
    const isOurs = message.type() !== 'debug' && message.text() !== 'No available adapters.'
    if (isOurs) said.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => said.push(String(error)))
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
  await page.goto(url)
  return { page, said, fetched }
}

/** Chooses files in the page; what its lists say afterwards. */
async function choose(page: Page, files: typeof pictures, lists: string[]): Promise<Record<string, string[]>> {
  await page.setInputFiles('input', files)
  const said: Record<string, string[]> = {}
  for (const list of lists) {
    // Another number of items than before, or the page has not answered yet.
    await page.waitForFunction(([list, count]) => document.querySelectorAll(`${list} li`).length === count, [
      list,
      files.length,
    ] as const)
    said[list] = await page.locator(`${list} li`).allTextContents()
  }
  return said
}

/**
 * 300 digits get infer-node's classes, what is no picture a sentence; one `.wasm` file is fetched; nothing is said on the console, but
 * for `refusal`, which is what the browser itself says where a server refuses something.
 */
async function check(url: string, lists = ['ol'], refusal: string[] = []) {
  const { page, said, fetched } = await visit(url)
  const answers = await choose(page, pictures, lists)
  for (const list of lists) expect(answers[list]!.map(classIn)).toEqual(expected)
  const refusals = await choose(page, [note, pictures[0]!], lists)
  for (const list of lists)
    expect(refusals[list]).toEqual([
      expect.stringContaining('expected 784 bytes (28×28×1), found 10'),
      answers[list]![0],
    ])
  expect(fetched.filter((path) => path.endsWith('.wasm')).length).toBe(1)
  expect(said).toEqual(refusal)
  await page.close()
}

function putModel(app: string, into: string) {
  mkdirSync(join(app, into), { recursive: true })
  cpSync(model, join(app, into, 'model.onnx'))
}

/** `7 (93.1 %)` without how sure it is. */
const classIn = (answer: string) => answer.replace(/ \(\d+\.\d %\)$/, '')

/** Runs a command that a recipe has installed. */
const inRecipe = (app: string, ...args: string[]) =>
  execFileSync(process.execPath, args, {
    cwd: app,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' },
  })

/** Serves a folder of files from a path below the root, as sites often lie, and checks it. */
async function checkFiles(site: string) {
  const server = await serve({ '/some/path/': site })
  await check(`${server.origin}/some/path/`)
  await server.close()
}

test('vite: the build and the dev server', async () => {
  const app = await recipes.install('vite')
  putModel(app, 'public')
  const vite = 'node_modules/vite/bin/vite.js'
  const dev = await start([vite, '--port', '0', '--host', '127.0.0.1'], app)
  await check(`${dev.origin}/`)
  await dev.stop()
  inRecipe(app, vite, 'build')
  await checkFiles(join(app, 'dist'))
})

test('webpack: the build', async () => {
  const app = await recipes.install('webpack')
  putModel(app, 'public')
  expect(inRecipe(app, 'node_modules/webpack-cli/bin/cli.js')).not.toMatch(/WARNING|ERROR/)
  await checkFiles(join(app, 'public'))
})

test('esbuild: the build, with onnxruntime-web in a chunk of its own', async () => {
  const app = await recipes.install('esbuild-page')
  putModel(app, 'public')
  inRecipe(app, 'build.mjs')
  await checkFiles(join(app, 'public'))
})

test('an import map, no bundler', async () => {
  const app = await recipes.install('import-map')
  putModel(app, '.')
  await checkFiles(app)
})

test('a module worker of the app’s own', async () => {
  const app = await recipes.install('module-worker')
  putModel(app, 'public')
  const vite = 'node_modules/vite/bin/vite.js'
  const dev = await start([vite, '--port', '0', '--host', '127.0.0.1'], app)
  await check(`${dev.origin}/`)
  await dev.stop()
  inRecipe(app, vite, 'build')
  await checkFiles(join(app, 'dist'))
})

test('a service worker: the second visit needs no server', async () => {
  const app = await recipes.install('offline')
  putModel(app, 'public')
  inRecipe(app, 'build.mjs')
  const context = await browser.newContext()
  const server = await serve({ '/some/path/': join(app, 'public') })
  const url = `${server.origin}/some/path/`
  const { page, said } = await visit(url, context)
  const classes = async (page: Page) => (await choose(page, pictures, ['ol'])).ol!.map(classIn)
  expect(await classes(page)).toEqual(expected)
  // What the service worker asked for counts here too.
  expect(server.requests.filter((path) => path.endsWith('.wasm')).length).toBe(1)
  expect(said).toEqual([])
  await server.close()
  await page.reload()
  expect(await classes(page)).toEqual(expected)
  const second = await visit(url, context)
  expect(await classes(second.page)).toEqual(expected)
  expect(await choose(second.page, [note], ['ol'])).toEqual({ ol: [expect.stringContaining('found 10')] })
  expect([...said, ...second.said]).toEqual([])
  await context.close()
})

test('next: in the browser and in a route handler', async () => {
  const app = await recipes.install('next')
  putModel(app, 'public')
  const next = 'node_modules/next/dist/bin/next'
  const env = { NEXT_TELEMETRY_DISABLED: '1' }
  inRecipe(app, next, 'build')
  const server = await start([next, 'start', '--port', '0'], app, env)
  // The page is rendered on the server first, with infer-web imported there.
  expect(await (await fetch(server.origin)).text()).toContain('Pictures of digits')
  await check(
    `${server.origin}/`,
    ['#browser', '#server'],
    ['error: Failed to load resource: the server responded with a status of 400 (Bad Request)'],
  )
  const refused = await fetch(`${server.origin}/api/classify`, { method: 'POST', body: note.buffer })
  expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining('found 10') }])
  await server.stop()
})
