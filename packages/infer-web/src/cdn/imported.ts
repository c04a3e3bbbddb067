// In place of ../imported.ts: one build, with its `.wasm` file inside.

// The build puts the file's bytes here: gzip, as base64.
import packed from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?packed'
import * as runtime from 'onnxruntime-web/wasm'
import type { Builds } from '../builds.ts'

export const withoutGpu = 'this file has onnxruntime-web without WebGPU'

export const importedBuilds: Builds = {
  async load() {
    runtime.env.wasm.wasmBinary ??= await unpacked()
    return runtime
  },
  // They would run this file, which may be of another origin.
  threadFiles: async () => 'missing',
}

export const buildsAt = () => importedBuilds

let bytes: Promise<ArrayBuffer> | undefined

function unpacked(): Promise<ArrayBuffer> {
  bytes ??= new Response(
    new Blob([Uint8Array.from(atob(packed), (char) => char.charCodeAt(0))])
      .stream()
      .pipeThrough(new DecompressionStream('gzip')),
  ).arrayBuffer()
  return bytes
}
