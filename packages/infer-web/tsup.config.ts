import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { parted } from '../../tsup.base.ts'

const shared: BuildOptions = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  outdir: 'dist',
  conditions: ['browser'],
  external: ['onnxruntime-web/*'],
  logLevel: 'warning',
}

/** The worker's code lies in a file beside those that start it. */
const coreBeside: Plugin = {
  name: 'core-beside',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/serve\.ts$/ }, () => ({ path: './worker-core.js', external: true })),
}

/** Workers load nothing but onnxruntime-web: bundlers that write classic workers cannot split them. */
async function buildWorkers(): Promise<void> {
  await build({ ...shared, entryPoints: { 'worker-core': 'src/worker/serve.ts' } })
  const starts = ['any', 'wasm', 'jspi', 'webgpu'].map((each) => [`worker-${each}`, `src/worker/${each}.ts`])
  await build({ ...shared, entryPoints: Object.fromEntries(starts), plugins: [coreBeside] })
}

/** What one file for a page has in place of what bundlers fill in. */
const oneFile: Plugin = {
  name: 'one-file',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\/(imported|start-worker)\.ts$/ }, ({ path }) => ({
      path: resolve('src/cdn', basename(path)),
    }))
    onResolve({ filter: /\?packed$/ }, ({ path }) => ({
      path: createRequire(resolve('package.json')).resolve(path.replace('?packed', '')),
      namespace: 'packed',
    }))
    onLoad({ filter: /.*/, namespace: 'packed' }, ({ path }) => ({
      contents: gzipSync(readFileSync(path), { level: 9 }).toString('base64'),
      loader: 'text',
    }))
  },
}

/** `dist/cdn/pixelrow.js`: no other file, and no `import()`, which service workers do not have. */
async function buildOneFile(): Promise<void> {
  const entryPoints = { 'cdn/pixelrow': 'src/cdn/index.ts' }
  await build({ ...shared, entryPoints, external: [], plugins: [oneFile], minify: true, legalComments: 'eof' })
}

// `await using` needs a symbol that the types of ES2023 lack.
export default parted({
  entry: ['src/index.ts', 'src/worker.ts'],
  lazy: ['in-worker', 'cache', 'download', 'gpu', 'picture', 'sentences', 'threads', 'wasm-file', 'watch'].map(
    (each) => `lazy/${each}`,
  ),
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  onSuccess: async () => void (await Promise.all([buildWorkers(), buildOneFile()])),
})
