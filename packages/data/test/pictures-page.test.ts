import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PixelTable, readTable } from '@pixelrow/data'
import { type PictureOptions, readPictures } from '@pixelrow/data/pictures'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { type FileServer, serve } from '../../../tests/serve.ts'

const fixtures = join(import.meta.dirname, 'fixtures/pictures')

let browser: Browser
let server: FileServer
let page: Page
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export * from '@pixelrow/data/pictures'", resolveDir: import.meta.dirname },
    bundle: true,
    format: 'iife',
    globalName: 'data',
    platform: 'browser',
    write: false,
  })
  // From a server: browsers decode more exactly in pages that they hold for secure, and 127.0.0.1 is.
  server = await serve({ '/pictures/': `${fixtures}/` }, { pages: { '/': '<!doctype html>' } })
  browser = await launchChromium()
  page = await browser.newPage()
  await page.goto(server.origin)
  await page.addScriptTag({ content: outputFiles[0]!.text })
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

type Found = { pixels: number[]; labels: number[] | undefined; rest: Partial<PixelTable> } | { message: string }

/** Run in the page, so it uses nothing from outside. */
const inPage = `async ({ paths, root, options }) => {
  const blobOf = async (path) => (await fetch('/pictures/' + root + '/' + path)).blob()
  const files = await Promise.all(paths.map(async (path) => ({ name: path, blob: await blobOf(path) })))
  try {
    const { pixels, labels, ...rest } = await data.readPictures(files, options)
    return { pixels: [...pixels], labels: labels && [...labels], rest }
  } catch (error) {
    return { message: error.message }
  }
}`

const paths = (root: string) =>
  readdirSync(join(fixtures, root), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.includes('.'))

const fromPage = (root: string, options: PictureOptions): Promise<Found> =>
  page.evaluate(`(${inPage})(${JSON.stringify({ paths: paths(root), root, options })})`)

const plain = ({ pixels, labels, ...rest }: PixelTable): Found => ({
  pixels: [...pixels],
  labels: labels && [...labels],
  rest,
})

test.each<[string, PictureOptions]>([
  ['digits', {}],
  ['sizes', { size: [7, 6], background: 200 }],
  ['sizes', { size: 20, resize: 'cover', color: 'grey' }],
  // Grey, rgb, palette, alpha and 16 bits; JPEG and WebP too, which the same libraries decode.
  ['kinds', { size: 16, background: 100 }],
  ['kinds', { size: [5, 7], resize: 'stretch', color: 'grey' }],
])('%s %o: the same bytes in Node and in Chromium', async (root, options) => {
  expect(await page.evaluate('isSecureContext')).toBe(true)
  const table = await readTable(join(fixtures, root), options)
  expect(await fromPage(root, options)).toEqual(plain(table))
})

test('each kind by itself at its own size, as bytes in Node and as a file in a page', async () => {
  for (const name of paths('kinds')) {
    const blob = new Blob([readFileSync(join(fixtures, 'kinds', name))])
    const table = await readPictures([{ name, blob }], { color: 'rgb', background: 30 })
    const job = JSON.stringify({ paths: [name], root: 'kinds', options: { color: 'rgb', background: 30 } })
    expect(await page.evaluate(`(${inPage})(${job})`), name).toEqual(plain(table))
  }
})

test('a page names TIFF as what it does not decode', async () => {
  expect(await fromPage('tiff', { size: 4 })).toMatchObject({
    message: expect.stringContaining('1bit.tif (a TIFF picture, which pages do not decode)'),
  })
})

test('a page names the broken ones too', async () => {
  const found = await fromPage('broken', {})
  expect(found).toMatchObject({
    message: expect.stringContaining('pictures: 5 of 6 pictures cannot be decoded: cut.jpg ('),
  })
})

test('the ImageData of a canvas is prepared as the picture was', async () => {
  const { preparation } = await readTable(join(fixtures, 'sizes'), { size: [7, 6] })
  const blob = new Blob([readFileSync(join(fixtures, 'sizes/cat/0.png'))])
  const expected = await readPictures([{ name: 'cat.png', blob }], { size: [7, 6] })
  const pixels = await page.evaluate(`(async () => {
    const bitmap = await createImageBitmap(await (await fetch('/pictures/sizes/cat/0.png')).blob())
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const image = context.getImageData(0, 0, bitmap.width, bitmap.height)
    return [...data.fromImageData(image, ${JSON.stringify(preparation)}).pixels]
  })()`)
  expect(pixels).toEqual([...expected.pixels])
})
