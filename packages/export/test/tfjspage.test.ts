import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { filesOf, teachableMetadata, teachableModel, zipped } from './tfjsfiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-tfjs-page-'))
const paths = ['model.json', 'model.weights.bin', 'metadata.json'].map((name) => join(folder, name))
let browser: Browser
let page: Page
let files: Awaited<ReturnType<typeof filesOf>>

beforeAll(async () => {
  files = [...(await filesOf(teachableModel())), teachableMetadata(['cat', 'dog', 'nothing'])]
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
  writeFileSync(join(folder, 'model.zip'), zipped(files))
  // For a browser: an import of Node's would fail here.
  const { outputFiles } = await build({
    stdin: { contents: "export { tfjsToOnnx } from '@pixelrow/export/tfjs'", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'pixelrow',
    platform: 'browser',
    write: false,
  })
  browser = await launchChromium()
  page = await browser.newPage()
  await page.setContent('<input type="file" multiple>')
  await page.addScriptTag({ content: outputFiles[0]!.text })
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

const [list, one, read] = [
  'input.files',
  'input.files[0]',
  'await Promise.all([...input.files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })))',
]

/** Converts what is picked, in the page: run there, so it uses nothing from outside. */
const inPage = (source: string) => `(async () => {
  const input = document.querySelector('input')
  return [...(await pixelrow.tfjsToOnnx(${source}))]
})()`

async function converted(picked: string[], source: string): Promise<Uint8Array> {
  await page.setInputFiles('input', picked)
  return Uint8Array.from(await page.evaluate<number[]>(inPage(source)))
}

test('a picked model becomes in a page the bytes that it becomes in Node', async () => {
  const expected = await tfjsToOnnx(files)
  expect(expected.length).toBeGreaterThan(1000)
  for (const source of [list, read]) expect(await converted(paths, source)).toEqual(expected)
  for (const source of [list, one, read]) expect(await converted([join(folder, 'model.zip')], source)).toEqual(expected)
})

test('a page hears what is wrong', async () => {
  const message = converted(paths.slice(0, 1), list).catch((error: Error) => error.message)
  expect(await message).toContain('its weight file model.weights.bin is missing')
})
