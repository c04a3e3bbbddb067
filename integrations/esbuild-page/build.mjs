// The page's bundle: onnxruntime-web in chunks of their own, of which one is loaded when the classifier is, and its .wasm files beside them.
import { copyFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

const outdir = 'public/bundle'
await rm(outdir, { recursive: true, force: true })
await build({
  entryPoints: ['main.js', 'worker.js'],
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  outdir,
  logLevel: 'error',
})

// esbuild does not follow `new URL('….wasm', import.meta.url)`. Found through infer-web, so that they are of the version in the bundle.
// A page fetches one of the three: without WebGPU, with it, and with it where the browser has no JSPI.
const inferWeb = createRequire(import.meta.url).resolve('@pixelrow/infer-web')
for (const kind of ['', '.jspi', '.asyncify']) {
  const wasm = `ort-wasm-simd-threaded${kind}.wasm`
  await copyFile(createRequire(inferWeb).resolve(`onnxruntime-web/${wasm}`), `${outdir}/${wasm}`)
}
