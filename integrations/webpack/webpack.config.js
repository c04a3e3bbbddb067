import { resolve } from 'node:path'

export default {
  mode: 'production',
  entry: './main.js',
  output: { path: resolve('public/bundle'), filename: 'main.js', clean: true },
  // onnxruntime-web's 14 MB, fetched by `load` and not with the page: no reason for a warning.
  performance: { assetFilter: (file) => !file.endsWith('.wasm') },
}
