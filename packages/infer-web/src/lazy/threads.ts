// For pages that may have threads.
import type { Build, ThreadFiles } from '../builds.ts'

/** Addresses that bundlers fill in, of files that they copy and do not cut. */
const addresses: Record<Build, () => URL[]> = {
  wasm: () => [
    new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
    new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
  ],
  jspi: () => [
    new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs', import.meta.url),
    new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm', import.meta.url),
  ],
  webgpu: () => [
    new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url),
    new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
  ],
}

/**
 * Left to itself, onnxruntime-web starts its threads on the file that it is in. A bundler may let that file import the page's entry, which would run in each
 * thread and fail. So threads get a file of their own, fetched here along with the build.
 *
 * `own` where nobody has filled the addresses in: without a bundler onnxruntime-web's file is a whole one, and esbuild's chunks import no entry.
 * `missing` where the file is not served, or not as JavaScript.
 */
export async function threadFiles(build: Build): Promise<ThreadFiles | 'own' | 'missing'> {
  const [mjs, wasm] = addresses[build]().map(String) as [string, string]
  if (/\/onnxruntime-web\/ort-wasm[\w.-]+$/.test(mjs)) return 'own'
  try {
    await import(/* webpackIgnore: true */ /* @vite-ignore */ mjs)
    return { mjs, wasm }
  } catch {
    return 'missing'
  }
}
