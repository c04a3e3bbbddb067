import { defineConfig } from 'vite'

export default defineConfig({
  // Relative addresses: the built page works from any folder of any server.
  base: './',
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  // The page asks for WebAssembly alone, which is quicker for small models; the builds with WebGPU would add 44 MB that nobody fetches.
  resolve: {
    alias: [
      { find: /^onnxruntime-web\/(jspi|webgpu)$/, replacement: 'onnxruntime-web/wasm' },
      {
        find: /^onnxruntime-web\/ort-wasm-simd-threaded\.(jspi|asyncify)\./,
        replacement: 'onnxruntime-web/ort-wasm-simd-threaded.',
      },
    ],
  },
  // Pre-bundled by the dev server, onnxruntime-web would look for its .wasm file where there is none.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
})
