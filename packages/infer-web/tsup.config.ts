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

// `await using` needs a symbol that the types of ES2023 lack.
export default parted({
  entry: ['src/index.ts', 'src/worker.ts'],
  lazy: ['in-worker', 'cache', 'download', 'gpu', 'picture', 'sentences', 'threads', 'watch'].map(
    (each) => `lazy/${each}`,
  ),
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  onSuccess: buildWorkers,
})
