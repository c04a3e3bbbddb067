import type { Attempt } from '@pixelrow/classifier'
import type { Device } from './options.ts'

/** onnxruntime-web's exports, the same in all of its builds. */
export type Runtime = typeof import('onnxruntime-web/wasm')

/** The builds that are used: without WebGPU, with it where WebAssembly can wait for promises (JSPI), and with it everywhere else. */
export type Build = 'wasm' | 'jspi' | 'webgpu'

/** Where to run, decided before anything is fetched. */
export interface Plan {
  device: Device
  /** The one build of onnxruntime-web that is loaded. */
  build: Build
  /** Whether WASM may be taken where the device fails at the start. */
  orWasm?: boolean
  attempts: Attempt[]
}

/** How a page or a worker comes by onnxruntime-web. */
export interface Builds {
  /** Loads a build: one JavaScript file. */
  load(build: Build): Promise<Runtime>
  /** What the threads of a build run. Left out where its own file is a whole one, which imports nothing of the page. */
  threadFiles?(build: Build): Promise<ThreadFiles | 'own' | 'missing'>
}

/** What the threads of a build run, and the `.wasm` file that belongs to it. */
export interface ThreadFiles {
  mjs: string
  wasm: string
}

/** Where a page without a bundler found the builds: a worker has no import map. */
export type BuildUrls = Partial<Record<Build, string>>

/** The file that a build fetches. */
export function wasmFile(build: Build): string {
  return `ort-wasm-simd-threaded.${{ wasm: '', jspi: 'jspi.', webgpu: 'asyncify.' }[build]}wasm`
}
