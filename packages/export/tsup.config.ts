import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

/** The package, and the door to what reads models of TensorFlow.js, which the first neither loads nor names. */
const doors = { index: 'src/index.ts', tfjs: 'src/tfjs/index.ts' }

// Two builds share dist/: the library and the command as ESM, the library alone as CommonJS. Each cleans up its own files only.
export default defineConfig([
  library({
    entry: { ...doors, bin: 'src/bin.ts' },
    format: ['esm'],
    dts: { entry: doors },
    clean: ['!**/*.cjs', '!**/*.d.cts'],
  }),
  library({ entry: doors, format: ['cjs'], clean: ['!**/*.js*', '!**/*.d.ts'] }),
])
