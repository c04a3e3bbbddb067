import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as node from '@pixelrow/data'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { tables } from './tables.ts'

const resolveDir = import.meta.dirname

/** Bundles code as a page's bundler does and returns what the entry loads at once, by file name. */
async function bundled(contents: string): Promise<Record<string, Uint8Array>> {
  const outdir = mkdtempSync(join(tmpdir(), 'pixelrow-bundle-'))
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir, sourcefile: 'entry.js' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
    write: false,
    outdir,
    absWorkingDir: outdir,
  })
  rmSync(outdir, { recursive: true })
  const at = new Set<string>(['stdin.js'])
  for (const name of at) {
    for (const { path, kind } of metafile.outputs[name]!.imports) if (kind === 'import-statement') at.add(path)
  }
  return Object.fromEntries(
    outputFiles.filter(({ path }) => at.has(path.slice(outdir.length + 1))).map((f) => [f.path, f.contents]),
  )
}

const packed = (files: Record<string, Uint8Array>) =>
  Object.values(files).reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)

test('the reader is under 19 kB for a page, all of the package under 31 kB, pictures under 13.5 kB', async () => {
  expect(packed(await bundled("export { readTable, readRows } from '@pixelrow/data'"))).toBeLessThan(19_000)
  expect(packed(await bundled("export * from '@pixelrow/data'"))).toBeLessThan(31_000)
  expect(packed(await bundled("export * from '@pixelrow/data/pictures'"))).toBeLessThan(13_500)
})

test('a page gets nothing of Node, and Node gets all that a page gets', async () => {
  const folder = join(resolveDir, '..', 'dist')
  const seen = new Set(['browser.js', 'pictures.js'])
  for (const file of seen) {
    const code = readFileSync(join(folder, file), 'utf8')
    for (const [, name] of code.matchAll(/(?:from|import)\s*\(?\s*["']\.\/([^"']+)["']/g)) seen.add(name!)
    expect(code.match(/["']node:[a-z/]+["']/g) ?? [], file).toEqual([])
  }
  const page = await import(join(folder, 'browser.js'))
  expect(Object.keys(node)).toEqual(expect.arrayContaining(Object.keys(page)))
  const files = ['writeCsv', 'writeIdxFiles', 'writeSubmission']
  expect(
    Object.keys(node)
      .filter((name) => !(name in page))
      .sort(),
  ).toEqual(files)
})

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** What the reader makes of the text in a page or a worker: run there, so it uses nothing from outside. */
const inPage = `async ({ text, options, how }) => {
  const { readTable, readRows, epochOrder, augment } = globalThis.data
  const blob = new Blob([text])
  const gzip = () => blob.stream().pipeThrough(new CompressionStream('gzip'))
  const source = { blob, bytes: new Uint8Array(await blob.arrayBuffer()), stream: blob.stream(), gzip: gzip() }[how]
  const table = await readTable(source, options)
  let rows = 0
  for await (const batch of readRows(blob, { ...options, batch: 2 })) rows += batch.rows
  const moved = augment(table.pixels, table.shape, { rotation: 20, elastic: 3, shift: 2, seed: 4 })
  return { pixels: [...table.pixels], labels: [...table.labels], classes: table.classes, rows, order: [...epochOrder(100, 1, 2)], moved: [...moved] }
}`

async function inNode(text: string, options: node.ReadOptions) {
  const table = await node.readTable(new TextEncoder().encode(text), options)
  const moved = node.augment(table.pixels, table.shape, { rotation: 20, elastic: 3, shift: 2, seed: 4 })
  const { pixels, labels, classes, rows } = table
  return {
    pixels: [...pixels],
    labels: [...labels!],
    classes,
    rows,
    order: [...node.epochOrder(100, 1, 2)],
    moved: [...moved],
  }
}

test('a page and a worker read the same bytes as Node, from every source', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export * from '@pixelrow/data'", resolveDir },
    bundle: true,
    format: 'iife',
    globalName: 'data',
    platform: 'browser',
    write: false,
  })
  const script = outputFiles[0]!.text.replace('var data =', 'globalThis.data =')
  const page = await browser.newPage()
  await page.addScriptTag({ content: script })
  for (const name of ['fashion', 'signs', 'skin'] as const) {
    const text = tables[name]()
    const expected = await inNode(text, {})
    for (const how of ['blob', 'bytes', 'stream', 'gzip']) {
      for (const parser of ['simd', 'plain']) {
        const found = await page.evaluate(`(${inPage})(${JSON.stringify({ text, options: { parser }, how })})`)
        expect(found).toEqual(expected)
      }
    }
  }
  const job = JSON.stringify({ text: tables.fashion(), options: {}, how: 'gzip' })
  const worker = `${script};(${inPage})(${job}).then((found) => postMessage(found))`
  const found = await page.evaluate(
    (code) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([code])))
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
      }),
    worker,
  )
  expect(found).toEqual(await inNode(tables.fashion(), {}))
  await page.close()
})

test('where WebAssembly is forbidden, the plain reader takes over', async () => {
  const text = tables.fashion()
  const script = `
    delete globalThis.WebAssembly
    const { readTable } = await import(${JSON.stringify(join(resolveDir, '..', 'dist', 'browser.js'))})
    const table = await readTable(new TextEncoder().encode(${JSON.stringify(text)}))
    const refused = await readTable(new Uint8Array([49]), { parser: 'simd' }).catch((error) => error.message)
    console.log(JSON.stringify([[...table.pixels], refused]))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const [pixels, refused] = JSON.parse(output)
  expect(pixels).toEqual([...(await node.readTable(new TextEncoder().encode(text))).pixels])
  expect(refused).toContain('no WebAssembly')
})
