// How long do 1 and 256 rows take in a page, on WebAssembly, beside bare onnxruntime-web, and TensorFlow.js on WebAssembly and WebGL, with the same net? What
// does a call cost over bare? Contenders alternate in one Chromium page and must give the same probabilities. ROUNDS (7), CHROMIUM (default: npm's).
// One thread each. WebGL is played by software, unless GPU=1.
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import chromiumPackage from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import { initialWeights, writeModel } from '../infer/model.mjs'

const rounds = Number(process.env.ROUNDS ?? 7)
const require = createRequire(import.meta.url)
const inferWeb = require.resolve('@pixelrow/infer-web')
const inside = createRequire(inferWeb)
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-bench-'))
writeModel(join(folder, 'model.onnx'))

const folders = {
  '/files/': folder,
  '/web/': import.meta.dirname ?? dirname(new URL(import.meta.url).pathname),
  '/infer-web/': dirname(inferWeb),
  '/classifier/': dirname(inside.resolve('@pixelrow/classifier')),
  '/onnx/': dirname(createRequire(inside.resolve('@pixelrow/classifier')).resolve('@pixelrow/onnx/metadata')),
  '/pixels/': dirname(inside.resolve('@pixelrow/pixels')),
  '/onnxruntime/': dirname(inside.resolve('onnxruntime-web/wasm')),
  '/tfjs/': join(dirname(require.resolve('@tensorflow/tfjs/package.json')), 'dist'),
  '/tfjs-wasm/': join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist'),
}
const imports = {
  '@pixelrow/infer-web': '/infer-web/index.js',
  '@pixelrow/classifier': '/classifier/index.js',
  '@pixelrow/onnx/metadata': '/onnx/metadata.js',
  '@pixelrow/pixels': '/pixels/browser.js',
  'onnxruntime-web/wasm': '/onnxruntime/ort.wasm.bundle.min.mjs',
}
const html = `<!doctype html><title>bench</title><link rel="icon" href="data:," />
<script src="/tfjs/tf.min.js"></script><script src="/tfjs-wasm/tf-backend-wasm.min.js"></script>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">import { measure } from '/web/page.js'; globalThis.measure = measure</script>`
const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' }

const server = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  const prefix = Object.keys(folders).find((start) => path.startsWith(start))
  const body =
    path === '/'
      ? html
      : prefix && (await readFile(join(folders[prefix], path.slice(prefix.length))).catch(() => undefined))
  response.writeHead(body === undefined ? 404 : 200, {
    // An isolated page's clock counts in 5 µs, any other's in 100.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'content-type': path === '/' ? 'text/html; charset=utf-8' : (types[extname(path)] ?? 'application/octet-stream'),
  })
  response.end(body)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

/** WebGL without a graphics card. */
const software = ['--ignore-gpu-blocklist', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? (await chromiumPackage.executablePath()),
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', ...(process.env.GPU ? [] : software)],
})
try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => console.error(error.message))
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.waitForFunction(() => 'measure' in globalThis)
  const weights = Object.fromEntries(
    Object.entries(initialWeights()).map(([name, { dims, data }]) => [name, { dims, data: Array.from(data) }]),
  )
  for (const [rows, repeats] of [
    [1, 200],
    [256, 5],
  ]) {
    const { times, renderer } = await page.evaluate((job) => globalThis.measure(job), {
      rows,
      repeats,
      rounds,
      weights,
    })
    print(rows, times, renderer)
  }
} finally {
  await browser.close()
  server.close()
  rmSync(folder, { recursive: true })
}

function print(rows, times, renderer) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
  const base = median(times['bare onnxruntime-web'])
  const line = (values) => ({
    'ms, median': Number(median(values).toFixed(3)),
    least: Number(Math.min(...values).toFixed(3)),
    'over bare, ms': Number((median(values) - base).toFixed(3)),
    'of bare': Number((median(values) / base).toFixed(2)),
  })
  console.log(`\n${rows} row${rows > 1 ? 's' : ''}; WebGL: ${renderer}`)
  console.table(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, line(values)])))
}
