import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { load } from '@pixelrow/infer-node'
import { linear } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { png } from '../../apps/cli/test/helpers.ts'
import { run } from '../../scripts/run.mjs'
import { root } from '../../scripts/workspace.mjs'
import { launchChromium } from '../chromium.ts'
import { digits } from '../digits.ts'
import { newcomer, publish } from '../roofs/pack.mjs'
import type { Registry } from '../roofs/registry.mjs'
import { start } from './integration.ts'

// Starters as somebody makes them: by npm's own command, from a registry that has the packed tarballs, with a model that this somebody has trained.
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-starters-'))
const model = join(folder, 'mine.onnx')
const rows = 20
const { pixels } = digits('t10k', rows)
const pictures = Array.from({ length: rows }, (_, row) => ({
  name: `${row}.png`,
  mimeType: 'image/png',
  buffer: png(28, 28, pixels.subarray(row * 784, row * 784 + 784)),
}))
let mine: string[]
let shipped: string[]
let browser: Browser
let registry: Registry
let upstream: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  const table = digits('train', 3000)
  const options = { epochs: 3, learningRate: 0.003, optimizer: adam(), validation: 0 }
  const { model: trained } = await fit(linear(table), table, options)
  // Names that no digit has: an answer that bears one is this model's.
  writeFileSync(model, toOnnx({ ...trained, classes: trained.classes.map((name) => `my ${name}`) }))
  mine = await answersOf(model)
  shipped = await answersOf(join(root, 'apps/playground/public/digits.onnx'))
  upstream = (await run('npm', ['config', 'get', 'registry'])).trim()
  registry = await publish(folder)
  env = { ...newcomer(folder, registry.url), CI: 'true' }
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await registry?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function answersOf(path: string): Promise<string[]> {
  await using classifier = await load(path)
  const { labels } = await classifier.predict(pixels)
  return Array.from(labels, (label) => classifier.classes[label]!)
}

/** Makes a starter and carries out the first command that it names; the folder, and what was said. */
async function made(template: string, ...words: string[]) {
  const said = await run('npm', ['create', '-y', 'pixelrow', template, '--', '--template', template, ...words], {
    cwd: folder,
    env,
  })
  const cwd = join(folder, template)
  // Other people's packages come as they would: of some, what a registry says has tens of megabytes.
  const others = { npm_config_registry: upstream, 'npm_config_@pixelrow:registry': registry.url }
  await run('npm', ['install'], { cwd, env: { ...env, ...others } })
  return { cwd, said }
}

const next = (script: string) => new RegExp(`\\n\\nNext:\\n {2}cd \\w+\\n {2}npm install\\n {2}npm run ${script}\\n$`)

/** Chooses the pictures in a page: the classes that each of its lists says then, and what the console said. */
async function chosen(url: string, lists: string[]) {
  const page = await browser.newPage()
  onTestFinished(() => page.close())
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(url)
  await page.setInputFiles('input', pictures)
  const answers = lists.map(async (list) => {
    await page.locator(`${list} li:last-child:nth-child(${rows})`).waitFor({ state: 'attached', timeout: 0 })
    return (await page.locator(`${list} li`).allTextContents()).map((text) => text.replace(/ \(\d+\.\d %\)$/, ''))
  })
  return { answers: await Promise.all(answers), errors }
}

test('vite: with a model of one’s own, by the development server; and it builds', async () => {
  const { cwd, said } = await made('vite', '--model', model)
  expect(said).toMatch(/^vite: a page .* with mine\.onnx \(10 classes, images of 28×28×1\)$/m)
  expect(said).toMatch(next('dev'))
  const server = await start(['node_modules/vite/bin/vite.js'], cwd)
  expect(await chosen(server.origin, ['ol'])).toEqual({ answers: [mine], errors: [] })
  await server.stop()
  await run('npm', ['run', 'build'], { cwd, env })
  expect(readdirSync(join(cwd, 'dist'))).toEqual(expect.arrayContaining(['index.html', 'model.onnx']))
})

test('express: with the model that comes along, a picture by HTTP', async () => {
  const { cwd, said } = await made('express')
  expect(said).toMatch(/^express: a server .* with digits\.onnx \(10 classes, images of 28×28×1\)$/m)
  expect(said).toMatch(next('start'))
  const { origin, stop } = await start(['server.mjs'], cwd, { PORT: '0' })
  expect(await (await fetch(origin)).text()).toBe(`curl --data-binary @picture.png ${origin}/classify\n`)
  const answers = pictures.map(async ({ buffer }) => {
    const response = await fetch(`${origin}/classify`, { method: 'POST', body: new Uint8Array(buffer) })
    return ((await response.json()) as { label: string }).label
  })
  expect(await Promise.all(answers)).toEqual(shipped)
  expect(await stop()).toBe(0)
})
