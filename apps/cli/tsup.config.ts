import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// Two builds share dist/: the library and the command as ESM, the library alone as CommonJS. Each cleans up its own files only.
export default defineConfig([
  library({
    entry: ['src/index.ts', 'src/pixelrow.ts'],
    format: ['esm'],
    dts: { entry: 'src/index.ts' },
    clean: ['!**/*.cjs'],
    platform: 'node',
  }),
  library({ format: ['cjs'], clean: ['!**/*.js*'], platform: 'node' }),
])
