import { defineConfig } from 'vite'

export default defineConfig({
  // Relative, so that the build works from any path.
  base: './',
  // For `vite dev` of Vite 7 and older: bundled in advance, the package would not find its worker any more.
  optimizeDeps: { exclude: ['@pixelrow/infer-web'] },
})
