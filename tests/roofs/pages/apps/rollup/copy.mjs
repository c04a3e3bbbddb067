// What Rollup leaves out: onnxruntime-web's .wasm files, which belong beside the bundle, and the page.
import { cpSync } from 'node:fs'

for (const build of ['', '.jspi', '.asyncify']) {
  const file = `ort-wasm-simd-threaded${build}.wasm`
  cpSync(`node_modules/onnxruntime-web/dist/${file}`, `dist/${file}`)
}
cpSync('index.html', 'dist/index.html')
