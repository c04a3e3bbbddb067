import { defineConfig } from 'vite'

export default defineConfig({
  // Relative, so that the build works from any path.
  base: './',
  // For `vite dev`: Vite 7 and older, when they bundle dependencies in advance, lose the way from onnxruntime-web to its .wasm file.
  optimizeDeps: { exclude: ['@pixelrow/infer-web', 'onnxruntime-web'] },
})
