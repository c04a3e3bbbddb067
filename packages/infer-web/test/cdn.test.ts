import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { type FileServer, serve } from '../../../tests/serve.ts'
import { corners, onnxOf } from '../../classifier/test/model.ts'

type Package = typeof import('@pixelrow/infer-web')

declare global {
  var pixelrow: Pick<Package, 'ClassifierError' | 'load' | 'open'>
}

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-cdn-'))
const dist = fileURLToPath(new URL('../dist/cdn/', import.meta.url))
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [, example = ''] = /```html\n([^`]*pixelrow\.js[^`]*)```/.exec(readme) ?? []
let browser: Browser
/** What has the one file, and the origin of the page. */
let cdn: FileServer
let site: FileServer

/** What a module service worker does: `import()` and workers are not there. */
const serviceWorker = `import { load } from './pixelrow.js'
addEventListener('message', async ({ data, source }) => {
  const answer = async (options) => {
    const classifier = await load(Uint8Array.from(data), options)
    return (await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label
  }
  const told = ({ code }) => code
  source.postMessage([await answer({}).catch(told), await answer({ worker: true }).catch(told)])
})`

beforeAll(async () => {
  writeFileSync(join(folder, 'model.onnx'), onnxOf(corners))
  writeFileSync(join(folder, 'sw.js'), serviceWorker)
  writeFileSync(join(folder, 'pixelrow.js'), readFileSync(join(dist, 'pixelrow.js')))
  cdn = await serve({ '/': dist }, { headers: { 'access-control-allow-origin': '*' } })
  const page = example.replace(/https:[^"]*pixelrow\.js/, `${cdn.origin}/pixelrow.js`)
  site = await serve({ '/': folder }, { pages: { '/': `<!doctype html><link rel="icon" href="data:,">${page}` } })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await cdn?.close()
  await site?.close()
  rmSync(folder, { recursive: true })
})

test('one script of another origin: the README’s page classifies in a worker, and without one', async () => {
  const page = await browser.newPage()
  await page.goto(`${site.origin}/`)
  // What the canvas shows is black: any class will do.
  await page.waitForFunction((classes) => classes.includes(document.title), corners.classes)
  const found = await page.evaluate(async () => {
    const { load, open, ClassifierError } = pixelrow
    const bytes = new Uint8Array(await (await fetch('model.onnx')).arrayBuffer())
    const classifier = await load(bytes, { device: 'auto' })
    const { label } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
    const session = await open(bytes)
    const bad = await load(Uint8Array.of(60), { worker: true }).catch((error) => error)
    const threads = await load(bytes, { threads: 4 })
    return {
      label,
      device: threads.device,
      attempts: classifier.attempts,
      opened: typeof session.run,
      code: bad instanceof ClassifierError && bad.code,
    }
  })
  expect(found).toEqual({
    label: 'right',
    device: 'wasm',
    attempts: [{ device: 'webgpu', error: 'this file has onnxruntime-web without WebGPU' }],
    opened: 'function',
    code: 'CLASSIFIER_MODEL_DAMAGED',
  })
  expect(new Set(cdn.requests)).toEqual(new Set(['/pixelrow.js']))
  expect(new Set(site.requests)).toEqual(new Set(['/', '/model.onnx']))
  await page.close()
})

test('a service worker classifies with it; a worker of its own it may not have', async () => {
  const page = await browser.newPage()
  await page.goto(`${site.origin}/`)
  const found = await page.evaluate(
    async (model) => {
      await navigator.serviceWorker.register('sw.js', { type: 'module' })
      const { active } = await navigator.serviceWorker.ready
      const answer = new Promise((resolve) => {
        navigator.serviceWorker.onmessage = ({ data }) => resolve(data)
      })
      active!.postMessage(model)
      return answer
    },
    [...onnxOf(corners)],
  )
  expect(found).toEqual(['right', 'CLASSIFIER_WORKER_FAILED'])
  await page.close()
})
