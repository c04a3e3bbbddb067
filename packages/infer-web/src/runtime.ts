import { ClassifierError } from '@pixelrow/classifier'

/** onnxruntime-web's exports. */
export type Runtime = typeof import('onnxruntime-web/wasm')

/** What onnxruntime-web is told before it starts. It starts once a page: later calls cannot change it. */
export interface RuntimeOptions {
  /** Folder (ending in `/`) or exact URL of onnxruntime-web's `.wasm` file. Default: beside its JavaScript. */
  wasmPaths?: string | { wasm?: string | URL; mjs?: string | URL }
  /** Threads, 1 or more. More than 1 takes effect only in a cross-origin isolated page. */
  threads?: number
}

/**
 * Loads the smallest onnxruntime-web there is (WASM alone, one JavaScript and one `.wasm` file) on first use.
 * The import must stay dynamic: a static one makes the threads' workers run the page's own bundle, and hang.
 */
export async function loadRuntime({ wasmPaths, threads }: RuntimeOptions): Promise<Runtime> {
  let runtime: Runtime
  try {
    runtime = await import('onnxruntime-web/wasm')
  } catch (cause) {
    throw new ClassifierError(`onnxruntime-web cannot be loaded: ${String(cause)}`, { cause })
  }
  if (wasmPaths !== undefined) runtime.env.wasm.wasmPaths = filePaths(wasmPaths)
  runtime.env.wasm.numThreads = threads ?? defaultThreads()
  return runtime
}

/** Given a folder, onnxruntime-web would fetch its JavaScript from there a second time; given the file, only the file. */
function filePaths(paths: NonNullable<RuntimeOptions['wasmPaths']>) {
  if (typeof paths !== 'string') return paths
  return { wasm: paths.endsWith('/') ? `${paths}ort-wasm-simd-threaded.wasm` : paths }
}

/** Threads share memory, which a page may only when it is cross-origin isolated. More than 4 rarely help small models. */
function defaultThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1
}
