import { defineConfig } from 'vite'

export default defineConfig({
  // Relative addresses: the built page works from any folder of any server.
  base: './',
  build: { target: 'es2022', modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  // Pre-bundled by the dev server, onnxruntime-web would look for its .wasm file where there is none.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
})
