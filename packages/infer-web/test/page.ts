import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type FileServer, isolation, serve } from '../../../tests/serve.ts'

export { isolation }

const packages = fileURLToPath(new URL('../../', import.meta.url))
const onnxruntime = dirname(createRequire(join(packages, 'infer-web/package.json')).resolve('onnxruntime-web/wasm'))

/** onnxruntime-web's one binary. */
export const wasmFile = join(onnxruntime, 'ort-wasm-simd-threaded.wasm')

const imports = {
  '@pixelrow/infer-web': '/infer-web/index.js',
  '@pixelrow/classifier': '/classifier/index.js',
  '@pixelrow/onnx/metadata': '/onnx/metadata.js',
  '@pixelrow/pixels': '/pixels/browser.js',
  'onnxruntime-web/wasm': '/onnxruntime/ort.wasm.bundle.min.mjs',
  'onnxruntime-web/jspi': '/onnxruntime/ort.jspi.bundle.min.mjs',
  'onnxruntime-web/webgpu': '/onnxruntime/ort.webgpu.bundle.min.mjs',
}

/** What a content security policy may allow the page's own two scripts by. */
export const nonce = 'own'

/** A page without a bundler: the published files, found by an import map. The module is `inferWeb` there. */
const html = `<!doctype html>
<title>infer-web</title>
<link rel="icon" href="data:," />
<script type="importmap" nonce="${nonce}">${JSON.stringify({ imports })}</script>
<script type="module" nonce="${nonce}">
  globalThis.imported = (name) => import(name)
  globalThis.inferWeb = await import('@pixelrow/infer-web')
</script>`

/** Serves that page as `/`, with the files it needs. */
export function servePage(
  headers: Record<string, string> = {},
  pages: Record<string, string> = {},
  more: Record<string, string> = {},
): Promise<FileServer> {
  const folders = {
    ...more,
    '/infer-web/': join(packages, 'infer-web/dist'),
    '/classifier/': join(packages, 'classifier/dist'),
    '/onnx/': join(packages, 'onnx/dist'),
    '/pixels/': join(packages, 'pixels/dist'),
    '/onnxruntime/': onnxruntime,
  }
  return serve(folders, {
    pages: { '/': html, '/app/model.onnx': '<!doctype html><title>App</title>', ...pages },
    headers,
  })
}

declare global {
  var inferWeb: typeof import('@pixelrow/infer-web')
  /** `import()` as the page has it: that of a test belongs to the test runner. */
  var imported: (name: string) => Promise<unknown>
}

/** Opens the page and waits for the import; `requests` goes on growing with what the page fetches. */
export async function openPage(
  browser: Browser | BrowserContext,
  { origin }: FileServer,
): Promise<{ page: Page; requests: string[] }> {
  const page = await browser.newPage()
  const requests: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto(`${origin}/`)
  await page.waitForFunction(() => 'inferWeb' in globalThis)
  return { page, requests }
}
