import { ClassifierError } from '@pixelrow/classifier'
import type { InferenceSession } from 'onnxruntime-web/wasm'
import { type Build, type Builds, type Runtime, wasmFile } from './builds.ts'
import type { Device, LoadOptions, RuntimeOptions, WasmPaths } from './options.ts'

/** onnxruntime-web, told what it must know before it starts. It starts with the first session. */
export interface Loaded {
  runtime: Runtime
  /** Makes a session. Throws what onnxruntime-web throws, a `WasmFileError` without its file, and a `ClassifierError` where its threads never start. */
  create(bytes: Uint8Array, device: Device): Promise<InferenceSession>
}

/** Loads onnxruntime-web. Its threads, where there may be some, get a file of their own and are watched while they start. */
export async function loadRuntime(
  build: Build,
  { wasmPaths, threads = defaultThreads(), ...told }: LoadOptions,
  { load, threadFiles }: Builds,
): Promise<Loaded> {
  const isThreaded = threads > 1 && globalThis.crossOriginIsolated
  const [runtime, { starting }, files, watch] = await Promise.all([
    load(build).catch((cause: unknown) => {
      const reason = String(cause)
      throw new ClassifierError(`onnxruntime-web cannot be loaded: ${reason}`, {
        code: 'CLASSIFIER_RUNTIME_UNLOADABLE',
        params: { reason },
        cause,
      })
    }),
    import('./lazy/wasm-file.ts'),
    isThreaded ? threadFiles?.(build) : undefined,
    isThreaded ? import('./lazy/watch.ts') : undefined,
  ])
  const { wasm } = runtime.env
  if (wasmPaths !== undefined) wasm.wasmPaths = filePaths(wasmPaths, build)
  const paths = wasm.wasmPaths as Exclude<WasmPaths, string> | undefined
  if (typeof files === 'object' && !paths?.mjs) wasm.wasmPaths = { ...files, ...paths }
  // Threads that may hang are worse than none.
  wasm.numThreads = files === 'missing' ? 1 : threads
  const start = await starting(runtime, build, told)
  const create: Loaded['create'] = (bytes, device) => {
    const begin = () => runtime.InferenceSession.create(bytes, { executionProviders: [device] })
    return watch ? watch.started(runtime, (onKept) => start(begin, onKept)) : start(begin)
  }
  return { runtime, create }
}

/** Threads share memory, which a page may only when it is cross-origin isolated. More than 4 rarely help small models. */
function defaultThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1
}

/** Given a folder, onnxruntime-web would fetch its JavaScript from there a second time; given the file, only the file. */
function filePaths(paths: NonNullable<RuntimeOptions['wasmPaths']>, build: Build) {
  if (typeof paths !== 'string') return paths
  return { wasm: paths.endsWith('/') ? paths + wasmFile(build) : paths }
}
