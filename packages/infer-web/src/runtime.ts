import { ClassifierError } from '@pixelrow/classifier'
import type { RuntimeOptions } from './options.ts'

/** onnxruntime-web's exports, the same in all of its builds. */
export type Runtime = typeof import('onnxruntime-web/wasm')

/** The builds that are used: without WebGPU, with it where WebAssembly can wait for promises (JSPI), and with it everywhere else. */
export type Build = 'wasm' | 'jspi' | 'webgpu'

/** The imports must stay dynamic: a static one makes the threads' workers run the page's own bundle, and hang. */
const builds: Record<Build, () => Promise<Runtime>> = {
  wasm: () => import('onnxruntime-web/wasm'),
  jspi: () => import('onnxruntime-web/jspi'),
  webgpu: () => import('onnxruntime-web/webgpu'),
}

/** Loads a build: one JavaScript file. */
export const importBuild = (build: Build): Promise<Runtime> => builds[build]()

/** Loads onnxruntime-web, and tells it what it must know before it starts. */
export async function loadRuntime(
  build: Build,
  { wasmPaths, threads }: RuntimeOptions,
  load: (build: Build) => Promise<Runtime>,
): Promise<Runtime> {
  const runtime = await load(build).catch((cause: unknown) => {
    throw new ClassifierError(`onnxruntime-web cannot be loaded: ${String(cause)}`, { cause })
  })
  const { wasm } = runtime.env
  if (wasmPaths !== undefined) wasm.wasmPaths = (await import('./paths.ts')).filePaths(wasmPaths, build)
  wasm.numThreads = threads ?? defaultThreads()
  return runtime
}

/** Threads share memory, which a page may only when it is cross-origin isolated. More than 4 rarely help small models. */
function defaultThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1
}
