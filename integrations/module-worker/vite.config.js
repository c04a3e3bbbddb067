import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  // The worker imports onnxruntime-web when it is needed, which only an ES module can.
  worker: { format: 'es' },
  // For `vite dev` of Vite 7 and older.
  optimizeDeps: { exclude: ['@pixelrow/infer-web'] },
})
