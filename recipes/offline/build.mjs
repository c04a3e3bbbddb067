// The bundle of the esbuild-page recipe, and a service worker that knows every file of the page.
import { createHash } from 'node:crypto'
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { build } from 'esbuild'

const site = 'public'
const options = { bundle: true, minify: true, format: 'esm', logLevel: 'error' }
await rm(`${site}/bundle`, { recursive: true, force: true })
await rm(`${site}/sw.js`, { force: true })
await build({ ...options, entryPoints: ['main.js'], splitting: true, outdir: `${site}/bundle` })
const inferWeb = createRequire(import.meta.url).resolve('@pixelrow/infer-web')
const wasm = 'ort-wasm-simd-threaded.wasm'
await copyFile(createRequire(inferWeb).resolve(`onnxruntime-web/${wasm}`), `${site}/bundle/${wasm}`)

const entries = await readdir(site, { recursive: true, withFileTypes: true })
const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
const hash = createHash('sha256')
for (const file of files.sort()) hash.update(await readFile(file))
const urls = files.map((file) => file.slice(site.length + 1).replaceAll(sep, '/'))
await build({
  ...options,
  entryPoints: ['sw.js'],
  outfile: `${site}/sw.js`,
  // The page is asked for by its folder.
  define: {
    FILES: JSON.stringify(urls.map((url) => url.replace(/^index\.html$/, './'))),
    VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)),
  },
})
