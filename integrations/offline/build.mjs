// The bundle of the esbuild-page integration, and a service worker that knows every file of it but the large ones.
import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'

const site = 'public'
const outdir = `${site}/bundle`
const options = { bundle: true, minify: true, format: 'esm', logLevel: 'error' }
await rm(outdir, { recursive: true, force: true })
const define = { MODEL_VERSION: JSON.stringify(await hashOf([`${site}/model.onnx`])) }
await build({ ...options, entryPoints: ['main.js', 'worker.js'], splitting: true, outdir, define })

const scripts = (await readdir(outdir)).map((name) => `bundle/${name}`).sort()
await build({
  ...options,
  entryPoints: ['sw.js'],
  outfile: `${site}/sw.js`,
  define: {
    // The page is asked for by its folder.
    FILES: JSON.stringify(['./', ...scripts]),
    VERSION: JSON.stringify(await hashOf(['index.html', ...scripts].map((file) => join(site, file)))),
  },
})

const inferWeb = createRequire(import.meta.url).resolve('@pixelrow/infer-web')
for (const kind of ['', '.jspi', '.asyncify']) {
  const wasm = `ort-wasm-simd-threaded${kind}.wasm`
  await copyFile(createRequire(inferWeb).resolve(`onnxruntime-web/${wasm}`), `${outdir}/${wasm}`)
}

async function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}
