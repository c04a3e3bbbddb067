import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { initialize, linear } from '@pixelrow/model'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import { serve } from '../../../tests/serve.ts'
import { pixelrow, start, workFolder } from './helpers.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

/** Starts the command on a free port; gives its address once it serves. */
async function serving(args: string[] = [], cwd = workFolder()) {
  const started = start(['playground', '--port', '0', ...args], { cwd })
  onTestFinished(() => void started.child.kill('SIGKILL'))
  const url = await new Promise<string>((resolve, reject) => {
    started.child.stdout!.once('data', (text: string) => resolve(text.trim()))
    started.finished.then(({ stderr }) => reject(new Error(stderr)))
  })
  return { ...started, url }
}

/** A model of pets, which nobody has trained. */
function pets(classes = ['cat', 'dog']): Uint8Array {
  const shape = { height: 28, width: 28, channels: 1, channelOrder: 'interleaved' } as const
  const architecture = linear({ shape, maxValue: 255, classes })
  return toOnnx({ architecture, weights: initialize(architecture, (_, index) => (index * 0.618) % 1), classes })
}

async function begins(url: string): Promise<{ model: string | null; classes: string[] }> {
  const page = await browser.newPage()
  await page.goto(url)
  await page.locator('#answer strong').waitFor()
  const model = await page.locator('#model').textContent()
  const classes = await page.locator('#classes .label').allTextContents()
  await page.close()
  return { model, classes }
}

describe('pixelrow playground', () => {
  test('serves a page that is isolated, prints its address, and ends with 130 on Ctrl-C', async () => {
    const { url, child, finished } = await serving()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const page = await browser.newPage()
    const answers = new Map<string, string | undefined>()
    page.on('response', (response) => {
      answers.set(response.url().replace(/.*\//, '').replace(/-.*\./, '.'), response.headers()['content-type'])
    })
    await page.goto(url)
    await page.locator('#answer strong').filter({ hasText: '3' }).waitFor()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    await page.close()
    expect(answers.get('')).toBe('text/html; charset=utf-8')
    expect(answers.get('index.js')).toBe('text/javascript; charset=utf-8')
    expect(answers.get('index.css')).toBe('text/css; charset=utf-8')
    expect((await fetch(`${url}favicon.svg`)).headers.get('content-type')).toBe('image/svg+xml')
    expect(answers.get('ort.wasm')).toBe('application/wasm')
    expect(answers.get('digits.onnx')).toBe('application/octet-stream')
    child.kill('SIGINT')
    const { code, stderr } = await finished
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr:
        'Serving the playground to this machine; Ctrl-C ends it\nStopping … (Ctrl-C again quits at once)\n' +
        'Interrupted; the page is served no more\n',
    })
    await expect(fetch(url)).rejects.toThrow()
  })

  test('begins with a model of your own, also one whose name needs escaping', async () => {
    const folder = workFolder()
    writeFileSync(join(folder, 'my "pets" & more.onnx'), pets())
    const { url } = await serving(['--model', 'my "pets" & more.onnx'], folder)
    expect(await begins(url)).toEqual({
      model: 'my "pets" & more.onnx: 2 classes, images of 28×28',
      classes: ['cat', 'dog'],
    })
  })

  test('shows the names of a model and of its classes as text, whatever they hold', async () => {
    const folder = workFolder()
    const image = `"><img src=x onerror=document.title='run'>$&`
    const classes = [image, '`|\n<script>document.title="run"</script>']
    writeFileSync(join(folder, `${image}.onnx`), pets(classes))
    const { url } = await serving(['--model', `${image}.onnx`], folder)
    const page = await browser.newPage()
    await page.goto(url)
    await page.locator('#answer strong').waitFor()
    expect(await page.locator('#model').textContent()).toBe(`${image}.onnx: 2 classes, images of 28×28`)
    expect(await page.locator('#classes .label').allTextContents()).toEqual(classes)
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect(await page.title()).not.toBe('run')
    await page.close()
  })

  test('answers nothing but its own files, and to this machine alone', async () => {
    const { url } = await serving()
    const status = (path: string, options: { method?: string; host?: string } = {}) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { method = 'GET', host } = options
        const { hostname, port } = new URL(url)
        // Not fetch, which tidies paths up and sets the host itself.
        request({ hostname, port, path, method, headers: host ? { host } : {} }, (response) => {
          response.resume()
          resolve(response.statusCode)
        })
          .on('error', reject)
          .end()
      })
    expect(await status('/')).toBe(200)
    expect(await status('/?a=b')).toBe(200)
    expect(await status('/', { method: 'HEAD' })).toBe(200)
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/assets', '/%', '/assets/../index.html'])
      expect(await status(path), path).toBe(404)
    expect(await status('/', { method: 'POST' })).toBe(405)
    expect(await status('/', { host: 'example.org' })).toBe(403)
  })

  test('--json tells the address', async () => {
    const { url } = await serving(['--json'])
    expect(JSON.parse(url)).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) })
  })

  test('a port that is taken is said', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { code, stderr } = await pixelrow(['playground', '--port', String(port)])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: Port ${port} is taken\nFix: add --port 0 for a free one\n`,
    })
  })

  test.each<[string, string, string]>([
    ['nowhere.onnx', '', 'Error: nowhere.onnx: no such file'],
    ['notes.txt', 'text', 'Error: notes.txt: expected an ONNX file or a run folder\nFix: name a .onnx'],
    ['broken.onnx', 'no model', 'Error: broken.onnx: '],
  ])('--model %s is refused', async (name, content, message) => {
    const folder = workFolder()
    if (content) writeFileSync(join(folder, name), content)
    const { code, stderr } = await pixelrow(['playground', '--model', name, '--port', '0'], { cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })
})

describe('pixelrow playground --out', () => {
  test('writes static files that work from any sub-path, replaces its own, and takes away what it no longer needs', async () => {
    const cwd = workFolder()
    const { code, stdout } = await pixelrow(['playground', '--out', 'site'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^site\/index\.html: \d+ files, 15\.\d MB, for any folder of any server\n$/)
    const site = join(cwd, 'site')
    expect(readdirSync(join(site, 'assets')).filter((name) => name.endsWith('.wasm'))).toHaveLength(1)
    const server = await serve({ '/a/b/c/': `${site}/` })
    onTestFinished(() => server.close())
    expect(await begins(`${server.origin}/a/b/c/`)).toMatchObject({ classes: [...'0123456789'] })

    writeFileSync(join(cwd, 'pets.onnx'), pets())
    writeFileSync(join(site, 'assets', 'mine.js'), 'kept')
    writeFileSync(join(site, 'mine.txt'), 'kept')
    const again = await pixelrow(['playground', '--out', 'site', '--model', 'pets.onnx'], { cwd })
    expect(again).toMatchObject({ code: 0, stderr: 'Replaced the playground in site\n' })
    expect(existsSync(join(site, 'assets', 'mine.js'))).toBe(true)
    const names = ['.pixelrow', 'assets', 'favicon.svg', 'index.html', 'mine.txt', 'pets.onnx']
    expect(readdirSync(site).sort()).toEqual(names)
    expect(await begins(`${server.origin}/a/b/c/`)).toMatchObject({ classes: ['cat', 'dog'] })

    // Of an older version's nothing is written down.
    rmSync(join(site, '.pixelrow'), { recursive: true })
    writeFileSync(join(site, 'assets', 'of-an-older-build.js'), '')
    expect(await pixelrow(['playground', '--out', 'site'], { cwd })).toMatchObject({ code: 0 })
    expect(existsSync(join(site, 'assets', 'of-an-older-build.js'))).toBe(false)
    expect(readdirSync(site).sort()).toEqual(names.map((name) => name.replace('pets', 'digits')).sort())
  })

  test('refuses to write over what is not its own', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'file'), '')
    expect((await pixelrow(['playground', '--out', 'file'], { cwd })).stderr).toBe(
      'Error: --out file is a file, not a folder\nFix: name a folder, e.g. --out public\n',
    )
    mkdirSync(join(cwd, 'mine'))
    writeFileSync(join(cwd, 'mine', 'index.html'), '<title>mine</title>')
    const { code, stderr } = await pixelrow(['playground', '--out', 'mine'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toBe(
      'Error: mine/index.html: is there already and was not written by pixelrow, so it stays.\n' +
        'Fix: Choose another name with -o, move it away, or add --force to replace it.\n',
    )
    expect(readdirSync(join(cwd, 'mine'))).toEqual(['index.html'])
    expect(readFileSync(join(cwd, 'mine', 'index.html'), 'utf8')).toBe('<title>mine</title>')
    mkdirSync(join(cwd, 'out'))
    writeFileSync(join(cwd, 'out', 'model.onnx'), pets())
    const over = await pixelrow(['playground', '--out', 'out', '--model', 'out/model.onnx'], { cwd })
    expect(over.stderr).toContain('out/model.onnx is read here and would be written over')
    expect(readdirSync(join(cwd, 'out'))).toEqual(['model.onnx'])
  })
})
