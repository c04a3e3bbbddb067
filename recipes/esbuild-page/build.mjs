// The page's bundle: onnxruntime-web in a chunk of its own, which is loaded when the classifier is, and its .wasm file beside that.
import { copyFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

const outdir = 'public/bundle'
await rm(outdir, { recursive: true, force: true })
await build({
  entryPoints: ['main.js'],
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  outdir,
  logLevel: 'error',
})

// esbuild does not follow `new URL('….wasm', import.meta.url)`. Found through infer-web, so that it is the version in the bundle.
const inferWeb = createRequire(import.meta.url).resolve('@pixelrow/infer-web')
const wasm = 'ort-wasm-simd-threaded.wasm'
await copyFile(createRequire(inferWeb).resolve(`onnxruntime-web/${wasm}`), `${outdir}/${wasm}`)
