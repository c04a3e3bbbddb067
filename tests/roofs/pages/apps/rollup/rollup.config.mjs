import resolve from '@rollup/plugin-node-resolve'

// Rollup makes no files of `new Worker(new URL(…))`: the workers are entries of their own, by the names that the page asks for.
const workers = ['worker-wasm', 'worker-jspi', 'worker-webgpu'].map((name) => [
  name,
  `node_modules/@pixelrow/infer-web/dist/${name}.js`,
])

export default {
  input: { main: 'main.js', ...Object.fromEntries(workers) },
  output: { dir: 'dist' },
  plugins: [resolve({ browser: true })],
}
