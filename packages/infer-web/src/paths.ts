import type { Build } from './builds.ts'
import type { RuntimeOptions } from './options.ts'

/** Given a folder, onnxruntime-web would fetch its JavaScript from there a second time; given the file, only the file. */
export function filePaths(paths: NonNullable<RuntimeOptions['wasmPaths']>, build: Build) {
  if (typeof paths !== 'string') return paths
  return { wasm: paths.endsWith('/') ? paths + wasmFile(build) : paths }
}

/** The file that a build fetches. */
export function wasmFile(build: Build): string {
  return `ort-wasm-simd-threaded.${{ wasm: '', jspi: 'jspi.', webgpu: 'asyncify.' }[build]}wasm`
}
